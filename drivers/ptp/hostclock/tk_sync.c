// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kernels with clocksource.get_sync: adjtimex() reports the page's status.
 */
#include "sync.h"
#include "tk_more.h"

/* Called with timekeeper_lock held. */
static bool hostclock_get_sync(struct clocksource *cs,
			       struct clocksource_sync *sync)
{
	struct hostclock_sync now;

	hostclock_sync_get(&now);
	sync->synced = now.synced;
	sync->pending = now.pending;
	sync->maxerror_us = now.maxerror_us;
	sync->esterror_us = now.esterror_us;
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
