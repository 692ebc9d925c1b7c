/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of ../snapshot.h, before which it is included, for kernels since 7.2: a
 * snapshot there is of a clock that is named.
 */
#ifndef _HCX_SNAPSHOT_H
#define _HCX_SNAPSHOT_H

#include <linux/ktime.h>
#include <linux/time.h>
#include <linux/timekeeping.h>

static inline void hcx_snapshot(struct system_time_snapshot *snapshot)
{
	ktime_get_snapshot_id(CLOCK_REALTIME, snapshot);
}

static inline s64 hcx_snapshot_real(const struct system_time_snapshot *snapshot)
{
	return ktime_to_ns(snapshot->systime);
}

static inline s64 hcx_snapshot_raw(const struct system_time_snapshot *snapshot)
{
	return ktime_to_ns(snapshot->monoraw);
}

#endif /* _HCX_SNAPSHOT_H */
