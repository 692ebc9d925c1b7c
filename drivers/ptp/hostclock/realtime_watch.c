// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notices at once what the guest does to CLOCK_REALTIME and CLOCK_TAI.
 *
 * Whatever changes the timekeeper calls the notifier for KVM, within the write section,
 * where no clock can be read.  So the notifier only compares, and leaves the rest to the
 * resync handler, which runs as soon as interrupts are on again.
 */
#include <linux/ktime.h>
#include <linux/notifier.h>
#include <linux/pvclock_gtod.h>
#include <linux/timekeeper_internal.h>

#include "readings.h"
#include "realtime.h"
#include "realtime_watch.h"
#include "resync.h"

/*
 * Has NTP been told of a leap second?  The kernel would do it at midnight UTC.  Asked once
 * a second, as somebody may tell it again and again.
 */
static void hostclock_realtime_watch_leap(const struct timekeeper *tk)
{
	static u64 asked_sec;	/* under timekeeper_lock */

	if (likely(tk->next_leap_ktime == KTIME_MAX) || tk->xtime_sec == asked_sec)
		return;
	asked_sec = tk->xtime_sec;
	hostclock_record(BIT(HOSTCLOCK_DISARM_LEAP));
	hostclock_resync_raise();
}

static int hostclock_realtime_update(struct notifier_block *nb, unsigned long was_set,
				     void *priv)
{
	const struct timekeeper *tk = priv;
	const struct tk_read_base *tkr = &tk->tkr_mono;
	s64 real_ns;

	if (!hostclock_counter_in_use(HOSTCLOCK_MONO) || hostclock_realtime_detached())
		return NOTIFY_DONE;
	real_ns = tk->xtime_sec * NSEC_PER_SEC + (tkr->xtime_nsec >> tkr->shift);
	if (!hostclock_realtime_expected(real_ns - (s64)tkr->cycle_last, tk->tai_offset))
		hostclock_realtime_suspect();
	hostclock_realtime_watch_leap(tk);
	return NOTIFY_DONE;
}

/* After the backend's own, which may have something to put right */
static struct notifier_block hostclock_realtime_notifier = {
	.notifier_call = hostclock_realtime_update,
	.priority = -1,
};

/**
 * hostclock_realtime_watch_start - watch the timekeeper
 *
 * Context: may sleep.
 */
void hostclock_realtime_watch_start(void)
{
	pvclock_gtod_register_notifier(&hostclock_realtime_notifier);
}

/**
 * hostclock_realtime_watch_stop - stop that
 *
 * Context: may sleep.
 */
void hostclock_realtime_watch_stop(void)
{
	pvclock_gtod_unregister_notifier(&hostclock_realtime_notifier);
}
