// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches the kernel's watchdogs after a gap.
 *
 * Most use jiffies, which jump at the next tick, or at the one after if a tick is
 * running on another CPU, and they may be judged in that very tick.  A tick reads the
 * clocksource just after it changed jiffies, even if there is nothing to update then, so
 * that is where they are touched.
 */
#include <linux/atomic.h>
#include <linux/clocksource.h>
#include <linux/jiffies.h>
#include <linux/nmi.h>
#include <linux/pvclock_gtod.h>
#include <linux/rcupdate.h>
#include <linux/timekeeper_internal.h>

#include "tk_watchdog.h"

/* Only an idle guest goes without an update for that long; watchdogs wait longer. */
#define HOSTCLOCK_GAP_NS	(5ULL * NSEC_PER_SEC)

/* The changes of jiffies after a gap of which one is the jump */
#define HOSTCLOCK_GAP_CHANGES	2

/* Changes to come, and jiffies when the watchdogs were touched last */
static atomic_t hostclock_gap_changes = ATOMIC_INIT(0);
static unsigned long hostclock_gap_jiffies;

static u64 hostclock_last_update_ns;	/* under timekeeper_lock */

/* As pvclock_touch_watchdogs() does, but for all CPUs. */
static void hostclock_touch_watchdogs(void)
{
	touch_all_softlockup_watchdogs();
	clocksource_touch_watchdog();
	rcu_cpu_stall_reset();
	reset_hung_task_detector();
}

/**
 * hostclock_watchdogs_check - touch the watchdogs if jiffies changed after a gap
 *
 * Context: any; called for each reading of the clocksource.
 */
void notrace hostclock_watchdogs_check(void)
{
	unsigned long last, now;

	if (likely(!atomic_read(&hostclock_gap_changes)))
		return;
	last = READ_ONCE(hostclock_gap_jiffies);
	now = READ_ONCE(jiffies);
	if (now == last || cmpxchg(&hostclock_gap_jiffies, last, now) != last)
		return;
	hostclock_touch_watchdogs();
	atomic_dec_if_positive(&hostclock_gap_changes);
}

/**
 * hostclock_watchdogs_gap - this update of the timekeeper adds a gap
 *
 * Context: timekeeper_lock held.
 */
void hostclock_watchdogs_gap(void)
{
	hostclock_touch_watchdogs();
	WRITE_ONCE(hostclock_gap_jiffies, jiffies);
	atomic_set(&hostclock_gap_changes, HOSTCLOCK_GAP_CHANGES);
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
	return NOTIFY_DONE;
}

static struct notifier_block hostclock_watchdogs_notifier = {
	.notifier_call = hostclock_watchdogs_update,
};

/**
 * hostclock_watchdogs_watch - watch for gaps
 * @on: false: stop
 *
 * Context: calls are serialized by the caller.
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
