/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Snapshots of the system's clocks, as this kernel takes them.
 */
#ifndef _HOSTCLOCK_SYSTIME_H
#define _HOSTCLOCK_SYSTIME_H

#include <linux/ktime.h>
#include <linux/timekeeping.h>

static inline void hostclock_systime_get(struct system_time_snapshot *snap)
{
	ktime_get_snapshot(snap);
}

static inline s64 hostclock_systime_real_ns(const struct system_time_snapshot *snap)
{
	return ktime_to_ns(snap->real);
}

static inline s64 hostclock_systime_raw_ns(const struct system_time_snapshot *snap)
{
	return ktime_to_ns(snap->raw);
}

/* Does the kernel tell the TSC value of which the clocksource's value is a function? */
static inline bool hostclock_systime_tsc(const struct system_time_snapshot *snap, u64 *tsc)
{
	return false;
}

static inline void hostclock_systime_put(const struct system_time_snapshot *snap,
					 struct system_device_crosststamp *xt)
{
	xt->sys_realtime = snap->real;
	xt->sys_monoraw = snap->raw;
}

#endif /* _HOSTCLOCK_SYSTIME_H */
