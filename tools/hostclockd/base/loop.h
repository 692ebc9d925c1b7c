/* SPDX-License-Identifier: GPL-2.0 */
/* The event loop: descriptors and what to do when they are readable. */
#ifndef HOSTCLOCKD_LOOP_H
#define HOSTCLOCKD_LOOP_H

#include <time.h>

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

int loop_open(struct problem *why);
int loop_add(struct watch *w, struct problem *why);
void loop_forget(struct watch *w);
void loop_remove(struct watch *w);
bool loop_once(int timeout_ms);
void loop_close(void);
void loop_run(void (*before)(void *arg), void (*after)(void *arg), void *arg);
void loop_stop(void);

int loop_timer(struct watch *w, clockid_t clock, struct problem *why);
void loop_timer_set(struct watch *w, u64 first_ns, u64 interval_ns);
u64 loop_timer_expired(struct watch *w);

#endif /* HOSTCLOCKD_LOOP_H */
