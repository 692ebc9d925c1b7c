/* SPDX-License-Identifier: GPL-2.0-only */
/* The system's clocks at one counter value, as this kernel tells them. */
#ifndef _HCX_SNAPSHOT_H
#define _HCX_SNAPSHOT_H

#include <linux/ktime.h>
#include <linux/timekeeping.h>

static inline void hcx_snapshot(struct system_time_snapshot *snapshot)
{
	ktime_get_snapshot(snapshot);
}

static inline s64 hcx_snapshot_real(const struct system_time_snapshot *snapshot)
{
	return ktime_to_ns(snapshot->real);
}

static inline s64 hcx_snapshot_raw(const struct system_time_snapshot *snapshot)
{
	return ktime_to_ns(snapshot->raw);
}

#endif /* _HCX_SNAPSHOT_H */
