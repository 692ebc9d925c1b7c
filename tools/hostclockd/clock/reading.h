/* SPDX-License-Identifier: GPL-2.0 */
/* Single readings of the host's clocks against the TSC. */
#ifndef HOSTCLOCKD_READING_H
#define HOSTCLOCKD_READING_H

#include <time.h>

#include <hostclock/platform.h>

/**
 * struct reading - a clock, read between two TSC readings
 * @tsc:	the middle of the two
 * @ns:		what the clock said
 * @width:	ticks between the two
 */
struct reading {
	u64 tsc;
	u64 ns;
	u64 width;
};

/**
 * struct costs - ticks between two TSC readings with different things in between
 * @pair:		nothing
 * @coarse:		CLOCK_MONOTONIC_COARSE, which reads no counter
 * @clock:		CLOCK_MONOTONIC
 * @call_coarse:	CLOCK_MONOTONIC_COARSE by a system call
 * @call:		CLOCK_MONOTONIC by a system call
 *
 * Each is the least ever seen.
 */
struct costs {
	u64 pair;
	u64 coarse;
	u64 clock;
	u64 call_coarse;
	u64 call;
};

u64 reading_ns(clockid_t id);
struct reading reading_take(clockid_t id);
void reading_costs_begin(struct costs *c);
void reading_costs(struct costs *c, bool calls);
u64 reading_step_ns(void);
u64 reading_change(clockid_t id, u64 limit_ns, struct reading *r);

#endif /* HOSTCLOCKD_READING_H */
