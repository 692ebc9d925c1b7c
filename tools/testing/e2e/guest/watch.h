/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread on each of two CPUs that reads all clocks all the time, through the
 * vDSO and by system call in turn, and judges what must hold whatever the pages
 * say: MONOTONIC, BOOTTIME and MONOTONIC_RAW never go back, on any CPU, and no
 * reading takes for ever.
 */
#ifndef _WATCH_H
#define _WATCH_H

#include <stdint.h>

/* What happened since watch_reset(). */
struct watch_result {
	uint64_t reads;		/* of all clocks */
	uint64_t least;		/* the same on the CPU that got to fewer */
	uint64_t back[5];	/* by clock, as in clock_names */
	int64_t worst_ns[5];	/* and how far at most */
	uint64_t slowest;	/* counts of the TSC that a reading took */
	uint64_t naps;		/* sleeps of 1 ms that ended */
	uint64_t leaps;		/* a second ahead, and more */
	int64_t leapt_ns;	/* one of them */
};

void watch_start(void);
void watch_reset(void);
void watch_result(struct watch_result *result);

#endif /* _WATCH_H */
