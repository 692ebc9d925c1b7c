// SPDX-License-Identifier: GPL-2.0
/*
 * While the host changes its clock's rate the pages are updated more often: an error is
 * the change times the time until it is seen.
 */
#include "base/rate.h"
#include "pace.h"

/* After a change, for so long. */
#define QUICK_NS	5000000ULL
#define QUICK_FOR_NS	NSEC_PER_SEC
/* But updates and lines take no more than one part in so many of the time. */
#define SHARE		50

void pace_begin(struct clock *clk)
{
	clk->now.interval_ns = clk->opt->interval_ns;
}

static bool is_quick(const struct clock *clk)
{
	return clk->now.interval_ns < clk->opt->interval_ns;
}

/* After an update: when should the next one be? */
void pace_choose(struct clock *clk)
{
	u64 quick_ns = SHARE * (clk->now.stats.ns_last + clk->lines_ns);
	u64 now = hostclock_rdtsc();

	if (quick_ns < QUICK_NS)
		quick_ns = QUICK_NS;
	if (clk->sample.slewed)
		clk->slewed_tsc = now;
	else if (!is_quick(clk) ||
		 rate_ns(now - clk->slewed_tsc, clk->now.scale) > QUICK_FOR_NS)
		quick_ns = ~0ULL;
	if (clk->sample.problem || quick_ns > clk->opt->interval_ns)
		quick_ns = clk->opt->interval_ns;
	clk->now.interval_ns = quick_ns;
}

/* How far ahead of the next update's parameters it is published. */
u64 pace_lead_ns(const struct clock *clk)
{
	return is_quick(clk) ? LEAD_QUICK_NS : LEAD_NS;
}
