// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches the kernel's watchdogs after a gap.
 *
 * Most use jiffies, which jump at the next tick, or later by as many as are running on
 * other CPUs, and they may be judged in that very tick.  A tick reads the clocksource just
 * after it changed jiffies, even if there is nothing to update then, so that is where
 * they are touched, until jiffies have jumped by what the gap adds.
 *
 * Between the change of jiffies and that reading, which may take long if the vCPU does not
 * run, other CPUs may judge.  They call kvm_check_and_clear_guest_paused() first, which
 * asks here.
 */
#include <linux/atomic.h>
#include <linux/clocksource.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/nmi.h>
#include <linux/pvclock_gtod.h>
#include <linux/rcupdate.h>
#include <linux/timekeeper_internal.h>
#include <linux/workqueue.h>

#include <asm/hostclock_watchdog.h>

#include "tk_watchdog.h"

/* Only an idle guest goes without an update for that long; watchdogs wait longer. */
#define HOSTCLOCK_GAP_SEC	5
#define HOSTCLOCK_GAP_NS	((u64)HOSTCLOCK_GAP_SEC * NSEC_PER_SEC)

/* After so many changes of jiffies there was no jump, and watchdogs are needed. */
#define HOSTCLOCK_GAP_CHANGES	64

/* Changes to come at most, jiffies when the watchdogs were touched last, and once jumped */
static atomic_t hostclock_gap_changes = ATOMIC_INIT(0);
static unsigned long hostclock_gap_jiffies;
static unsigned long hostclock_gap_target;

/*
 * The last update of the timekeeper, 0 ns while its clock is not ours; written under
 * timekeeper_lock
 */
static u64 hostclock_last_update_ns;
static unsigned long hostclock_last_update_jiffies;

/* CPUs may look for each other's hard lockups, once MONOTONIC has gone far enough. */
static void hostclock_touch_buddy(unsigned int cpu)
{
#ifdef CONFIG_HARDLOCKUP_DETECTOR_BUDDY
	watchdog_hardlockup_touch_cpu(cpu);
#endif
}

/* As pvclock_touch_watchdogs() does, but for all CPUs, and for workqueues. */
static void hostclock_touch_watchdogs(void)
{
	int cpu;

	touch_all_softlockup_watchdogs();
	/* That leaves some CPUs out, and without a soft lockup detector all. */
	for_each_possible_cpu(cpu) {
		wq_watchdog_touch(cpu);
		hostclock_touch_buddy(cpu);
	}
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

/*
 * Have jiffies jumped by what the timekeeper has yet to see?  Both advance in the same
 * tick, jiffies first.
 */
static bool hostclock_jiffies_ahead(void)
{
	return READ_ONCE(hostclock_last_update_ns) &&
	       time_after(jiffies, READ_ONCE(hostclock_last_update_jiffies) +
				   HOSTCLOCK_GAP_SEC * HZ);
}

/* Were the watchdogs touched within the last second? */
static bool hostclock_touched_lately(void)
{
	return time_before(jiffies, READ_ONCE(hostclock_gap_jiffies) + HZ);
}

/**
 * hostclock_check_guest_paused - would a watchdog complain of a gap?
 *
 * For kvm_check_and_clear_guest_paused().  The caller has read jiffies before, and
 * possibly when its watchdog was touched last, too.  So it is not enough to touch it if
 * jiffies changed since: another CPU may have done so meanwhile.  As long as a jump is
 * due or was a second ago, a watchdog that complains is wrong.
 *
 * Context: any but NMI.
 * Return: true if the watchdogs were touched by this call.
 */
bool hostclock_check_guest_paused(void)
{
	/* The clock may not be read any more: count here, too, so that it ends. */
	hostclock_watchdogs_check();
	if (!hostclock_touched_lately() && !hostclock_jiffies_ahead())
		return false;
	hostclock_touch_watchdogs();
	return true;
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

	if (!(tk->tkr_mono.clock->flags & CLOCK_SOURCE_DISCIPLINED)) {
		WRITE_ONCE(hostclock_last_update_ns, 0);
		return NOTIFY_DONE;
	}
	/* The watchdogs are touched before jiffies are said not to be ahead. */
	if (hostclock_last_update_ns && passed_ns > HOSTCLOCK_GAP_NS)
		hostclock_watchdogs_expect(hostclock_last_update_jiffies +
					   nsecs_to_jiffies(passed_ns));
	WRITE_ONCE(hostclock_last_update_jiffies, jiffies);
	WRITE_ONCE(hostclock_last_update_ns, now_ns);
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
	if (on) {
		pvclock_gtod_register_notifier(&hostclock_watchdogs_notifier);
		return;
	}
	pvclock_gtod_unregister_notifier(&hostclock_watchdogs_notifier);
	WRITE_ONCE(hostclock_last_update_ns, 0);
}
