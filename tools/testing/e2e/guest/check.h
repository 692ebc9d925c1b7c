/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a test program reports: one line per result, in the form that
 * tools/testing/run counts, and an exit status to match.
 */
#ifndef _CHECK_H
#define _CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define __printf(a, b)		__attribute__((			\
	format(printf, a, b)))

/* A named result.  why says what was wrong; it is printed only if !good. */
__printf(3, 4)
bool check(bool good, const char *name, const char *why, ...);

/* A named result that cannot be had here, and the reason. */
__printf(2, 3)
void check_skip(const char *name, const char *why, ...);

/* A figure for the log; counts as nothing. */
__printf(1, 2)
void note(const char *fmt, ...);

/* The test cannot go on: says why, with errno's text, and exits with 1. */
__printf(1, 2)
noreturn void die(const char *fmt, ...);

/* The exit status: 0 if every check() so far was good, else 1. */
int check_status(void);

/* A decimal argument; a usage error (exit 2) if it is none. */
uint64_t number_arg(const char *text, const char *what);

/* A file's first line, without its end; the test cannot go on without it. */
void read_line(const char *path, char *line, size_t size);

/* The number in it */
uint64_t read_number(const char *path);

/* Run the calling thread on one CPU only. */
void pin_to(int cpu);

#endif /* _CHECK_H */
