// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells an unpatched kernel's NTP how well CLOCK_REALTIME is synchronized, for adjtimex().
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "../readings.h"
#include "../realtime.h"
#include "../sync.h"
#include "ntp.h"
#include "sync.h"

/*
 * NTP adds 500 us a second to the error bound that it was told: 2 ms in this time.  An
 * idle guest is not woken for it.
 */
#define HOSTCLOCK_NTP_SYNC_JIFFIES	(4 * HZ)

static void hostclock_ntp_sync(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(hostclock_ntp_sync_work, hostclock_ntp_sync);

static void hostclock_ntp_sync(struct work_struct *work)
{
	struct hostclock_sync sync;

	if (hostclock_counter_in_use(HOSTCLOCK_MONO) && !hostclock_realtime_detached()) {
		hostclock_sync_get(&sync);
		hostclock_ntp_set_sync(&sync);
	}
	schedule_delayed_work(&hostclock_ntp_sync_work, HOSTCLOCK_NTP_SYNC_JIFFIES);
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
 * hostclock_ntp_sync_soon - inform NTP, which setting the clock makes forget it all
 *
 * Context: any but NMI, between hostclock_ntp_sync_start() and hostclock_ntp_sync_stop().
 */
void hostclock_ntp_sync_soon(void)
{
	mod_delayed_work(system_wq, &hostclock_ntp_sync_work, 0);
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
