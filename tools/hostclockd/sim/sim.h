/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated host clock: an exact function of the real TSC that commands change. A
 * change takes effect where the next parameters start.
 */
#ifndef HOSTCLOCKD_SIM_H
#define HOSTCLOCKD_SIM_H

#include "clock/state.h"
#include "simoptions.h"

/* The largest step and the largest BOOTTIME gap: 300 years would be 2^63 ns. */
#define SIM_MAX_STEP_SEC	(290LL * 365 * 86400)
#define SIM_MAX_SLEW_PPB	500000

struct clock_source *sim_open(struct clock *clk, const struct sim_options *opt,
			      struct problem *why);
void sim_step(struct clock_source *src, s64 ns);
void sim_slew(struct clock_source *src, s64 ppb);
void sim_freq(struct clock_source *src, s64 ppb);
void sim_sleep(struct clock_source *src, s64 ns);
void sim_gap(struct clock_source *src, u64 ns);
void sim_tai(struct clock_source *src, s32 sec);
void sim_leap(struct clock_source *src, int sign, s64 in_sec);

#endif /* HOSTCLOCKD_SIM_H */
