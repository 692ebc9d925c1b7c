// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells an unpatched kernel's NTP how well CLOCK_REALTIME is synchronized, for adjtimex().
 */
#include <linux/jiffies.h>
#include <linux/math.h>
#include <linux/time64.h>
#include <linux/timex.h>
#include <linux/workqueue.h>

#include <hostclock/clocks.h>

#include "../readings.h"
#include "../realtime.h"
#include "../sync.h"
#include "../work.h"
#include "ntp.h"
#include "sync.h"

/*
 * NTP adds 500 us a second to the error bound that it was told: 2 ms in this time.  An
 * idle guest is not woken for it.
 */
#define HOSTCLOCK_NTP_SYNC_SEC		4

static void hostclock_ntp_sync(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(hostclock_ntp_sync_work, hostclock_ntp_sync);

/*
 * How much the page's bound grows before NTP's does, which is at the end of each second, and
 * at MAXFREQ; until NTP is told again, if the page's grows faster.  At most 4.3 s a second.
 */
static long hostclock_ntp_growth_us(u32 rate_ppb)
{
	u64 ns = NSEC_PER_SEC;

	if (rate_ppb > MAXFREQ)
		ns *= HOSTCLOCK_NTP_SYNC_SEC + 1;
	return DIV_ROUND_UP_ULL(hostclock_error_growth(ns, rate_ppb), NSEC_PER_USEC);
}

static void hostclock_ntp_sync(struct work_struct *work)
{
	struct hostclock_sync sync;

	if (hostclock_counter_in_use(HOSTCLOCK_MONO) && !hostclock_realtime_detached()) {
		hostclock_sync_get(&sync);
		/* it is LONG_MAX if nothing is known */
		if (sync.maxerror_us < NTP_PHASE_LIMIT)
			sync.maxerror_us += hostclock_ntp_growth_us(sync.maxerror_rate_ppb);
		hostclock_ntp_set_sync(&sync);
	}
	schedule_delayed_work(&hostclock_ntp_sync_work, HOSTCLOCK_NTP_SYNC_SEC * HZ);
}

/**
 * hostclock_ntp_sync_start - keep NTP informed
 *
 * Context: may sleep; after hostclock_ntp_start().
 */
void hostclock_ntp_sync_start(void)
{
	schedule_delayed_work(&hostclock_ntp_sync_work, 0);
}

/**
 * hostclock_ntp_sync_soon - inform NTP: setting the clock makes it forget, or the status changed
 *
 * Context: any but NMI, between hostclock_ntp_sync_start() and hostclock_ntp_sync_stop().
 */
void hostclock_ntp_sync_soon(void)
{
	hostclock_schedule_now(&hostclock_ntp_sync_work);
}

/**
 * hostclock_ntp_sync_stop - do so no more; nobody does it when this returns
 *
 * Context: may sleep.
 */
void hostclock_ntp_sync_stop(void)
{
	cancel_delayed_work_sync(&hostclock_ntp_sync_work);
}
