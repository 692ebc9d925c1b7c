/* SPDX-License-Identifier: GPL-2.0 */
/* How hostclockd says that something went wrong. */
#ifndef HOSTCLOCKD_REPORT_H
#define HOSTCLOCKD_REPORT_H

#include <stdbool.h>

/**
 * struct problem - an error message on its way to whoever asked
 * @text: what, where, why and what to do; empty if nothing went wrong
 * @again: it may work in a moment
 */
struct problem {
	char text[512];
	bool again;
};

/* Fill in a message.  Return: -1, so that it can be returned. */
int problem_set(struct problem *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* problem_set() with ": " and strerror(errno) behind. */
int problem_errno(struct problem *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One line on standard error, with the program's name before it. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* HOSTCLOCKD_REPORT_H */
