// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches the kernel's watchdogs after a gap.
 *
 * Most use jiffies, which jump at the next tick, or later by as many as are running on
 * other CPUs, and they may be judged in that very tick.  A tick reads the clocksource just
 * after it changed jiffies, even if there is nothing to update then, so that is where
 * they are touched, until jiffies have jumped by what the gap adds.
 *
 * One window is left: a CPU in a softirq may judge workqueues between the change of jiffies
 * by another and that one's reading, some microseconds while its vCPU runs.
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

/* After so many changes of jiffies there was no jump, and watchdogs are needed. */
#define HOSTCLOCK_GAP_CHANGES	64

/* Changes to come at most, jiffies when the watchdogs were touched last, and once jumped */
static atomic_t hostclock_gap_changes = ATOMIC_INIT(0);
static unsigned long hostclock_gap_jiffies;
static unsigned long hostclock_gap_target;

/* The last update of the timekeeper; under timekeeper_lock */
static u64 hostclock_last_update_ns;
static unsigned long hostclock_last_update_jiffies;

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
	int changes = atomic_read(&hostclock_gap_changes);
	unsigned long last, now;
	bool due;

	if (likely(!changes))
		return;
	last = READ_ONCE(hostclock_gap_jiffies);
	now = READ_ONCE(jiffies);
	if (now == last)
		return;
	/* Before it is said to be done: others that see that go on to judge. */
	hostclock_touch_watchdogs();
	if (cmpxchg(&hostclock_gap_jiffies, last, now) != last)
		return;
	/* The change after the jump is the last. */
	due = time_before(last, READ_ONCE(hostclock_gap_target));
	atomic_cmpxchg(&hostclock_gap_changes, changes, due ? changes - 1 : 0);
}

/* Jiffies will be @target once they have jumped, if they have not. */
static void hostclock_watchdogs_expect(unsigned long target)
{
	hostclock_touch_watchdogs();
	WRITE_ONCE(hostclock_gap_target, target);
	WRITE_ONCE(hostclock_gap_jiffies, jiffies);
	atomic_set(&hostclock_gap_changes, HOSTCLOCK_GAP_CHANGES);
}

/**
 * hostclock_watchdogs_gap - this update of the timekeeper adds a gap
 * @mono_ns: to CLOCK_MONOTONIC
 *
 * Context: timekeeper_lock held.
 */
void hostclock_watchdogs_gap(u64 mono_ns)
{
	unsigned long from = jiffies;

	/* A gap before may be due yet, too. */
	if (atomic_read(&hostclock_gap_changes) &&
	    time_after(hostclock_gap_target, from))
		from = hostclock_gap_target;
	hostclock_watchdogs_expect(from + nsecs_to_jiffies(mono_ns));
}

/* The timekeeper was updated: by a tick, just after jiffies were, or otherwise. */
static int hostclock_watchdogs_update(struct notifier_block *nb,
				      unsigned long was_set, void *data)
{
	const struct timekeeper *tk = data;
	u64 now_ns = tk->tkr_mono.cycle_last;
	u64 passed_ns = now_ns - hostclock_last_update_ns;

	if (!(tk->tkr_mono.clock->flags & CLOCK_SOURCE_DISCIPLINED))
		return NOTIFY_DONE;
	if (passed_ns > HOSTCLOCK_GAP_NS)
		hostclock_watchdogs_expect(hostclock_last_update_jiffies +
					   nsecs_to_jiffies(passed_ns));
	hostclock_last_update_ns = now_ns;
	hostclock_last_update_jiffies = jiffies;
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
