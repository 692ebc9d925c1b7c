// SPDX-License-Identifier: GPL-2.0
#include "base/rate.h"
#include "kept.h"
#include "kernel.h"
#include "open.h"
#include "pace.h"
#include "page.h"
#include "publish.h"
#include "update.h"

/* A TSC differs from its nominal frequency by less than one part in this. */
#define KHZ_DRIFT	1000

/*
 * The TSC's frequency in whole kHz, as the kernel and KVM have it, and from it
 * the unit of the scaled pages.
 */
static void set_scale(struct clock *clk)
{
	u64 khz = rate_muldiv(1000000, RATE_ONE, clk->sample.raw_rate);
	struct hostclock_tsc tsc = { .frac_bits = HOSTCLOCK_TSC_FRAC_BITS_VMX };
	struct clock_view *now = &clk->now;

	/* The same boot may be another machine: virtual hosts migrate. */
	if (khz > now->khz + now->khz / KHZ_DRIFT || khz < now->khz - now->khz / KHZ_DRIFT) {
		now->khz = khz;
		now->scaled.ratio = 0;
	}
	now->scale = rate_of(1000000, now->khz);
	tsc.ratio = hostclock_tsc_ratio(NSEC_PER_SEC, now->khz * 1000, tsc.frac_bits);
	if (!now->scaled.ratio)
		pages_rescale(clk, &tsc);
}

/**
 * clock_open - measure the host's clocks, and publish the first parameters
 * @clk: the clock, with its options
 * @dir: the directory
 * @parts: what is not as usual
 * @why: what went wrong
 *
 * Return: 0, and the parameters are in force; or -1.
 */
int clock_open(struct clock *clk, int dir, const struct clock_parts *parts,
	       struct problem *why)
{
	clk->hooks = parts->hooks;
	pace_begin(clk);
	clk->now.instance = hostclock_rdtsc() | 1;
	clk->src = sampler_open(clk->opt->leap_list, clk->opt->max_slew_ppb,
				parts->any_clock, why);
	if (!clk->src || clk->src->sample(clk->src, 0, &clk->sample, why))
		return -1;
	if (kept_open(clk, dir, why))
		return -1;
	set_scale(clk);
	if (!parts->source && !parts->hooks && !parts->any_clock)
		kernel_open(clk);
	if (pages_open(clk, dir, why))
		return -1;
	clk->now.continued = update_continues(clk);
	if ((parts->source && parts->source(clk, why)) || update_run(clk, LEAD_NS, why))
		return -1;
	publish_wait(clk);
	return 0;
}
