/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of ../systime.h, before which it is included, for kernels since 7.2: a
 * snapshot there is of a clock that is named.
 */
#ifndef _HOSTCLOCK_SYSTIME_H
#define _HOSTCLOCK_SYSTIME_H

#include <linux/clocksource_ids.h>
#include <linux/ktime.h>
#include <linux/time.h>
#include <linux/timekeeping.h>

static inline void hostclock_systime_get(struct system_time_snapshot *snap)
{
	ktime_get_snapshot_id(CLOCK_REALTIME, snap);
}

static inline s64 hostclock_systime_real_ns(const struct system_time_snapshot *snap)
{
	return ktime_to_ns(snap->systime);
}

static inline s64 hostclock_systime_raw_ns(const struct system_time_snapshot *snap)
{
	return ktime_to_ns(snap->monoraw);
}

/* Does the kernel tell the TSC value of which the clocksource's value is a function? */
static inline bool hostclock_systime_tsc(const struct system_time_snapshot *snap, u64 *tsc)
{
	*tsc = snap->hw_cycles;
	return snap->hw_csid == CSID_X86_TSC;
}

static inline void hostclock_systime_put(const struct system_time_snapshot *snap,
					 struct system_device_crosststamp *xt)
{
	xt->sys_systime = snap->systime;
	xt->sys_monoraw = snap->monoraw;
}

#endif /* _HOSTCLOCK_SYSTIME_H */
