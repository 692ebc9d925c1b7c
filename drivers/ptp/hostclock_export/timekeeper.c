// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's clock as parameters of a clock page.  Nothing guards struct timekeeper
 * against being another one than that of the headers; the check before a page
 * goes LIVE does.
 */
#include <linux/clocksource.h>
#include <linux/ktime.h>
#include <linux/timekeeper_internal.h>
#include <vdso/clocksource.h>

#include "timekeeper.h"

static int judge(const struct tk_read_base *mono, const struct tk_read_base *raw)
{
	if (mono->clock->vdso_clock_mode != VDSO_CLOCKMODE_TSC)
		return HOSTCLOCK_EXPORT_COUNTER;
	if (mono->mask != ~0ULL || mono->shift != raw->shift || !mono->shift ||
	    mono->shift > 31 || mono->cycle_last != raw->cycle_last ||
	    !mono->mult || !raw->mult)
		return HOSTCLOCK_EXPORT_FORM;
	return HOSTCLOCK_EXPORT_OK;
}

/**
 * hcx_timekeeper_params - the line that the kernel's readers follow from now on
 * @tk: the timekeeper, within its update
 * @p: where to put it; the epoch is 0
 *
 * The numbers are those that the kernel tells its own vDSO, so both are the same
 * function.
 *
 * Return: HOSTCLOCK_EXPORT_OK, or why there is no such line.
 */
int hcx_timekeeper_params(const struct timekeeper *tk, struct hcx_params *p)
{
	const struct tk_read_base *mono = &tk->tkr_mono, *raw = &tk->tkr_raw;
	int reason = judge(mono, raw);

	if (reason)
		return reason;
	*p = (struct hcx_params){
		.cycle_last = mono->cycle_last,
		.mult = mono->mult,
		.raw_mult = raw->mult,
		.shift = mono->shift,
		.tai_sec = tk->tai_offset,
		.mono_sec = tk->xtime_sec + tk->wall_to_monotonic.tv_sec,
		.mono_snsec = mono->xtime_nsec +
			      ((u64)tk->wall_to_monotonic.tv_nsec << mono->shift),
		.raw_sec = tk->raw_sec,
		.raw_snsec = raw->xtime_nsec,
		.wall_ns = ktime_to_ns(tk->offs_real),
		.boot_ns = ktime_to_ns(tk->offs_boot),
	};
	hcx_params_carry(p);
	return HOSTCLOCK_EXPORT_OK;
}
