// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readings with the TSC value of which they are a function, which kernels since 7.2 ask for:
 * cross timestamps are exact by it, those of other PTP drivers as well.
 */
#include <linux/clocksource.h>
#include <linux/clocksource_ids.h>

#include "../counter.h"
#include "lines.h"
#include "read_snapshot.h"

static u64 notrace hostclock_snapshot_of(u64 ns, u64 tsc, struct clocksource_hw_snapshot *chs)
{
	chs->hw_cycles = tsc;
	chs->hw_csid = tsc ? CSID_X86_TSC : CSID_GENERIC;
	return ns;
}

static u64 notrace hostclock_snapshot_mono(struct clocksource *cs,
					   struct clocksource_hw_snapshot *chs)
{
	u64 tsc, ns = hostclock_counter_tsc(HOSTCLOCK_MONO, &tsc);

	ns = hostclock_lines_refine_tsc(ns, &tsc);
	return hostclock_snapshot_of(ns, tsc, chs);
}

static u64 notrace hostclock_snapshot_raw(struct clocksource *cs,
					  struct clocksource_hw_snapshot *chs)
{
	u64 tsc, ns = hostclock_counter_tsc(HOSTCLOCK_RAW, &tsc);

	return hostclock_snapshot_of(ns, tsc, chs);
}

/**
 * hostclock_read_snapshot_init - have snapshots read so
 * @mono: MONOTONIC's clocksource, not registered yet
 * @raw: RAW's
 */
void hostclock_read_snapshot_init(struct clocksource *mono, struct clocksource *raw)
{
	mono->read_snapshot = hostclock_snapshot_mono;
	raw->read_snapshot = hostclock_snapshot_raw;
}
