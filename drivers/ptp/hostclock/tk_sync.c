// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kernels with clocksource.get_sync: adjtimex() reports the page's status.
 */
#include <linux/kernel.h>
#include <linux/math64.h>

#include <hostclock/clocks.h>

#include "counter.h"
#include "rejected.h"
#include "tk_more.h"

/* At least 1 us; LONG_MAX if it does not fit. */
static long hostclock_us(u64 ns)
{
	u64 us = div_u64(ns, NSEC_PER_USEC) + 1;

	return us > LONG_MAX ? LONG_MAX : us;
}

/* Called with timekeeper_lock held. */
static bool hostclock_get_sync(struct clocksource *cs,
			       struct clocksource_sync *sync)
{
	struct hostclock_sync_quality quality;
	struct hostclock_read_base rb;
	bool stale;

	/* requests a resync if needed */
	hostclock_counter(HOSTCLOCK_MONO);
	/* accepts new parameters, or waits for the CPU that does */
	stale = hostclock_resync_needed();
	hostclock_read_base_get(&rb);
	hostclock_sync_quality_at(&rb.params, hostclock_rdtsc() - rb.accepted.tsc_offset,
				  &quality);
	sync->synced = quality.synchronized && !stale;
	sync->pending = stale && !hostclock_known_rejected();
	sync->maxerror_us = hostclock_us(quality.maxerror_ns);
	sync->esterror_us = hostclock_us(le64_to_cpu(rb.params.maxerror_ns));
	return true;
}

/**
 * hostclock_tk_init_sync - let adjtimex() report the page's status
 * @mono: the clocksource
 */
void hostclock_tk_init_sync(struct clocksource *mono)
{
	mono->get_sync = hostclock_get_sync;
}
