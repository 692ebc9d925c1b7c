/* SPDX-License-Identifier: GPL-2.0 */
/* Error messages. */
#ifndef HOSTCLOCKD_REPORT_H
#define HOSTCLOCKD_REPORT_H

#include <stdbool.h>

#ifndef __printf
#define __printf(a, b)	__attribute__((			\
	format(printf, a, b)))
#endif

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
__printf(2, 3) int problem_set(struct problem *p, const char *fmt, ...);

/* problem_set() with ": " and strerror(errno) behind. */
__printf(2, 3) int problem_errno(struct problem *p, const char *fmt, ...);

/* One line on standard error, with the program's name before it. */
__printf(1, 2) void say(const char *fmt, ...);

#endif /* HOSTCLOCKD_REPORT_H */
