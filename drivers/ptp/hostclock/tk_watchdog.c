// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the kernel's watchdogs of time that the guest did not run.
 *
 * Most go by jiffies, which make up for a gap with the next tick, or with the one
 * after it if a tick is under way on another CPU.  What was begun since the gap must
 * not count it either, so they are told then, too.
 */
#include <linux/clocksource.h>
#include <linux/nmi.h>
#include <linux/pvclock_gtod.h>
#include <linux/rcupdate.h>
#include <linux/timekeeper_internal.h>

#include "tk_watchdog.h"

/* For how long nobody updates the timekeeper, unless all sleep: watchdogs wait for longer. */
#define HOSTCLOCK_GAP_NS	(5ULL * NSEC_PER_SEC)

/* The update that takes in the gap, and two ticks. */
#define HOSTCLOCK_GAP_UPDATES	3

/* All under timekeeper_lock. */
static unsigned int hostclock_gap_updates;
static u64 hostclock_last_update_ns;

/* As pvclock_touch_watchdogs() does, but for all CPUs. */
static void hostclock_touch_watchdogs(void)
{
	touch_all_softlockup_watchdogs();
	clocksource_touch_watchdog();
	rcu_cpu_stall_reset();
	reset_hung_task_detector();
}

/* The timekeeper was updated: by a tick, just after jiffies were, or otherwise. */
static int hostclock_watchdogs_update(struct notifier_block *nb,
				      unsigned long was_set, void *data)
{
	const struct timekeeper *tk = data;
	u64 now_ns = tk->tkr_mono.cycle_last;

	if (!(tk->tkr_mono.clock->flags & CLOCK_SOURCE_DISCIPLINED))
		return NOTIFY_DONE;
	if (now_ns - hostclock_last_update_ns > HOSTCLOCK_GAP_NS)
		hostclock_watchdogs_gap();
	hostclock_last_update_ns = now_ns;
	if (unlikely(hostclock_gap_updates)) {
		hostclock_gap_updates--;
		hostclock_touch_watchdogs();
	}
	return NOTIFY_DONE;
}

static struct notifier_block hostclock_watchdogs_notifier = {
	.notifier_call = hostclock_watchdogs_update,
};

/**
 * hostclock_watchdogs_gap - this update of the timekeeper takes in a gap
 *
 * Context: the timekeeper's write section.
 */
void hostclock_watchdogs_gap(void)
{
	hostclock_gap_updates = HOSTCLOCK_GAP_UPDATES;
}

/**
 * hostclock_watchdogs_watch - watch out for gaps, or do not any more
 * @on: which
 *
 * Context: callers serialize.
 */
void hostclock_watchdogs_watch(bool on)
{
	static bool watching;

	if (watching == on)
		return;
	watching = on;
	if (on)
		pvclock_gtod_register_notifier(&hostclock_watchdogs_notifier);
	else
		pvclock_gtod_unregister_notifier(&hostclock_watchdogs_notifier);
}
