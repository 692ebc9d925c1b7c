/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errands: what may hang in the kernel for as long as somebody else likes, past SIGKILL
 * even, is done by a process that may be lost.
 */
#ifndef HOSTCLOCKD_ERRAND_H
#define HOSTCLOCKD_ERRAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "report.h"

/* Bytes of an answer. */
#define ERRAND_MAX	4096

/**
 * struct errand - what is done for somebody
 * @what:	in words: "reading process 5"
 * @work:	does it, in a process that has no descriptors; fills in @answer and
 *		returns 0, or -1 with *why
 * @arg:	with what
 * @answer:	where to put the answer
 * @size:	of that, ERRAND_MAX at most
 * @opens:	the answer is an int: a descriptor, which we have then, too
 */
struct errand {
	const char *what;
	int (*work)(void *arg, void *answer, struct problem *why);
	void *arg;
	void *answer;
	size_t size;
	bool opens;
};

int errand_run(const struct errand *e, pid_t *lost, struct problem *why);
pid_t errand_fork(int *fd, struct problem *why);
void errand_lose(pid_t pid);
bool errand_is_lost(pid_t *lost);

#endif /* HOSTCLOCKD_ERRAND_H */
