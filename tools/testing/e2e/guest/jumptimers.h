/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers of every kind that are armed before the clocks jump, each in a process of
 * its own.
 */
#ifndef _JUMPTIMERS_H
#define _JUMPTIMERS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Arm all timers for a jump of size_ns; back: of the wall clock, back in time.
 * Returns when all are armed.
 */
void timers_arm(int64_t size_ns, bool back);

/* Have all expired that are due? */
bool timers_settled(void);

/*
 * End what is left, and judge: results are named ROW: TIMER.  was_set: so was
 * CLOCK_REALTIME, against CLOCK_MONOTONIC.  may_be_set: it may have been, and set back.
 */
void timers_judge(const char *row, bool was_set, bool may_be_set);

#endif /* _JUMPTIMERS_H */
