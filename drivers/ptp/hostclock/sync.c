// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page's status in NTP's terms.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/time64.h>

#include <hostclock/clocks.h>

#include "counter.h"
#include "rejected.h"
#include "sync.h"

/* At least 1 us; LONG_MAX if it does not fit. */
static long hostclock_us(u64 ns)
{
	u64 us = div_u64(ns, NSEC_PER_USEC) + 1;

	return us > LONG_MAX ? LONG_MAX : us;
}

/**
 * hostclock_sync_get - get what adjtimex() is to say now
 * @sync: where to put it
 *
 * Context: any but NMI, while running.
 */
void hostclock_sync_get(struct hostclock_sync *sync)
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
	sync->maxerror_rate_ppb = le32_to_cpu(rb.params.maxerror_rate_ppb);
}
