/* SPDX-License-Identifier: GPL-2.0 */
/* The event loop: what to do when descriptors are readable, and when time has passed. */
#ifndef HOSTCLOCKD_LOOP_H
#define HOSTCLOCKD_LOOP_H

#include <hostclock/platform.h>

#include "report.h"

/**
 * struct watch - a descriptor that is waited for
 * @fd:		the descriptor
 * @ready:	called when it is readable or hung up
 * @arg:	for @ready
 *
 * Stays the caller's, who must not free it before loop_remove().
 */
struct watch {
	int fd;
	void (*ready)(void *arg);
	void *arg;
};

/**
 * struct timer - something to do later
 * @due:	called when it is time
 * @arg:	for @due
 * @at_ns:	when, by CLOCK_MONOTONIC
 * @every_ns:	and then again in so long; 0: not
 * @next:	the one that is due after it
 *
 * It costs no system call.  Stays the caller's, who must not free it while it is set.
 */
struct timer {
	void (*due)(void *arg);
	void *arg;
	u64 at_ns;
	u64 every_ns;
	struct timer *next;
};

int loop_open(struct problem *why);
int loop_add(struct watch *w, struct problem *why);
void loop_forget(struct watch *w);
void loop_remove(struct watch *w);
bool loop_once(u64 within_ns);
void loop_close(void);
void loop_run(void (*before)(void *arg), void (*after)(void *arg), void *arg);
void loop_stop(void);

void loop_timer_set(struct timer *t, u64 first_ns, u64 every_ns);

#endif /* HOSTCLOCKD_LOOP_H */
