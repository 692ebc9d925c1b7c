/* SPDX-License-Identifier: GPL-2.0 */
/* When a process was started. */
#ifndef HOSTCLOCKD_PROCESS_H
#define HOSTCLOCKD_PROCESS_H

#include <sys/types.h>

#include <hostclock/platform.h>

/* It cannot be looked at, for want of a descriptor, say: it may be there. */
#define PROCESS_UNSEEN	(~0ULL)

/*
 * In clock ticks since the host's boot; 0 if there is no such process, or PROCESS_UNSEEN.
 * Distinguishes a process from a later one with the same PID.
 */
u64 process_start(pid_t pid);

/* Is it known that the process that started then is no more? */
bool process_ended(pid_t pid, u64 start);

/* How long ago that was, in ns, rounded up by two clock ticks. */
u64 process_age_ns(u64 start);

#endif /* HOSTCLOCKD_PROCESS_H */
