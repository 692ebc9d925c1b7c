// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches the kernel's watchdogs after a gap.
 *
 * Most use jiffies, which jump at the next tick, or at the one after if a tick is
 * running on another CPU.  So they are touched at each of these updates.
 */
#include <linux/clocksource.h>
#include <linux/nmi.h>
#include <linux/pvclock_gtod.h>
#include <linux/rcupdate.h>
#include <linux/timekeeper_internal.h>

#include "tk_watchdog.h"

/* Only an idle guest goes without an update for that long; watchdogs wait longer. */
#define HOSTCLOCK_GAP_NS	(5ULL * NSEC_PER_SEC)

/* The update with the gap, and two ticks */
#define HOSTCLOCK_GAP_UPDATES	3

/* Under timekeeper_lock */
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
 * hostclock_watchdogs_gap - this update of the timekeeper adds a gap
 *
 * Context: the timekeeper's write section.
 */
void hostclock_watchdogs_gap(void)
{
	hostclock_gap_updates = HOSTCLOCK_GAP_UPDATES;
}

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
