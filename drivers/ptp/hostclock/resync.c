// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lazy resync: whoever reads a clock and finds the pages to be of another epoch
 * raises an interrupt on this very CPU.  Its handler makes the timekeeper follow
 * the new parameters, and that makes the reader, which the interrupt hit within
 * the timekeeper's read section, go again and return the new time.
 */
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/workqueue.h>

#include "hostclock.h"

/*
 * Resyncs within a period of 2^23 counts, after which the last good parameters do
 * until the next: a page that changed its epoch between any two readings would
 * otherwise make a reader go again for ever.  The period is 3.2 ms at 2.6 GHz, 8.4 ms
 * at 1 GHz.  It is the TSC's, and not a tick, because guests' ticks may come late.
 */
#define HOSTCLOCK_RESYNCS_PER_PERIOD	16
#define HOSTCLOCK_PERIOD_SHIFT		23

/*
 * How long a reader waits for the resync it asked for.  Ordinarily the
 * interrupt has come before the first look; another CPU may be at it, which
 * takes a microsecond.  1000 times 10 to 50 ns, a pause, is at most 50 us.
 */
#define HOSTCLOCK_RESYNC_SPINS	1000

/*
 * Every CPU has its own, and waits for none that its host does not run just now,
 * unless that one is in the middle of it.
 */
static DEFINE_PER_CPU(struct irq_work, hostclock_resync_work);

/* In whose handler clocks are read, too: no need to ask for it once more. */
static DEFINE_PER_CPU(bool, hostclock_resyncing);

/* Are there a device and its listeners? */
static DEFINE_MUTEX(hostclock_report_mutex);
static bool hostclock_report_on;

/* budget: which period, 2^64 >> 23 at most, << 8 | how many in that */
static bool notrace hostclock_budget(void)
{
	u64 old = atomic64_read(&hostclock.budget);
	u64 new = hostclock_rdtsc() >> HOSTCLOCK_PERIOD_SHIFT << 8;
	u64 used = old - new;

	/* of this period, not of another, which leaves a huge number */
	if (used <= 0xff)
		new = old + 1;
	if (used <= 0xff && used >= HOSTCLOCK_RESYNCS_PER_PERIOD)
		return false;
	/* Lost the race: somebody else is asking for the same. */
	atomic64_cmpxchg(&hostclock.budget, old, new);
	return true;
}

/**
 * hostclock_resync_raise - have this CPU interrupt itself, to see what is new
 *
 * Context: any, NMI and the timekeeper's write side included.
 */
void notrace hostclock_resync_raise(void)
{
	irq_work_queue(raw_cpu_ptr(&hostclock_resync_work));
}

/**
 * hostclock_request_resync - the pages are not what the view says
 *
 * Waits for the resync, but not long, where that is possible.
 *
 * Context: any, NMI and the timekeeper's write side included.
 */
void notrace hostclock_request_resync(void)
{
	unsigned int seq = READ_ONCE(hostclock.latch.seqcount.sequence);
	int spins = HOSTCLOCK_RESYNC_SPINS;

	if (raw_cpu_read(hostclock_resyncing) || hostclock_known_refused() ||
	    !hostclock_budget())
		return;
	hostclock_resync_raise();
	if (irqs_disabled() || in_nmi())
		return;
	while (spins-- && !hostclock_view_changed(seq))
		cpu_relax();
}

/**
 * hostclock_force_resync - set the clocks by the pages, whatever the view says
 *
 * Context: any.
 */
void hostclock_force_resync(void)
{
	WRITE_ONCE(hostclock.force, true);
	hostclock_resync_raise();
}

/**
 * hostclock_resync_due - is it still to be done, or did another CPU do it?
 *
 * Context: any but NMI; what is due is to be done before this is asked again.
 */
bool hostclock_resync_due(void)
{
	return xchg(&hostclock.force, false) || hostclock_stale();
}

static void hostclock_resync_irq(struct irq_work *work)
{
	struct hostclock_change change = {};
	enum hostclock_kind kind = hostclock_kind();
	bool force = READ_ONCE(hostclock.force);

	this_cpu_write(hostclock_resyncing, true);
	if (force || hostclock_stale()) {
		hostclock_wall_check();
		if (hostclock_clocksource_current(kind))
			hostclock_core_reanchor(kind);
		else if (hostclock_resync_due())
			hostclock_accept(&change);
	}
	this_cpu_write(hostclock_resyncing, false);
	if (atomic_long_read(&hostclock.changes))
		schedule_work(&hostclock.report);
}

static void hostclock_log(unsigned long changes)
{
	struct device *dev = hostclock.misc.parent;

	if (test_bit(HOSTCLOCK_CHANGED_FAULT, &changes))
		dev_warn_ratelimited(dev, "not following the page any more: %s\n",
				     hostclock_fault_string(READ_ONCE(hostclock.state.last_fault)));
	if (test_bit(HOSTCLOCK_CHANGED_RECOVERED, &changes))
		dev_info_ratelimited(dev, "following the page again\n");
	if (test_bit(HOSTCLOCK_CHANGED_JUMP, &changes))
		dev_warn_ratelimited(dev, "the page's clock jumped within an epoch\n");
	if (test_bit(HOSTCLOCK_CHANGED_GUEST, &changes))
		dev_info_ratelimited(dev, "disruption (cause %u), clocks resynchronized\n",
				     READ_ONCE(hostclock.state.cause));
	else if (test_bit(HOSTCLOCK_CHANGED_CLOCK, &changes))
		dev_info_ratelimited(dev, "the host's clock was set, followed\n");
	if (test_bit(HOSTCLOCK_CHANGED_STATUS, &changes))
		dev_info_ratelimited(dev, "status %s\n", hostclock_status_name());
	if (test_bit(HOSTCLOCK_CHANGED_DETACHED, &changes))
		dev_warn_ratelimited(dev, "the wall clock was set or steered, detached until follow is written to wall\n");
	if (test_bit(HOSTCLOCK_CHANGED_ATTACHED, &changes))
		dev_info_ratelimited(dev, "the wall clock is the host's again\n");
}

static void hostclock_tell(unsigned long changes)
{
	mutex_lock(&hostclock_report_mutex);
	if (hostclock_report_on) {
		hostclock_log(changes);
		hostclock_uevent(changes);
		hostclock_chardev_wake();
	}
	mutex_unlock(&hostclock_report_mutex);
}

/* What a resync leaves to be done by somebody who may sleep. */
static void hostclock_report(struct work_struct *work)
{
	unsigned long changes = atomic_long_xchg(&hostclock.changes, 0);

	if (test_bit(HOSTCLOCK_CHANGED_PAGE, &changes)) {
		hostclock_core_set_pages();
		hostclock_chardev_pages_changed();
		hostclock_force_resync();
	}
	if (test_bit(HOSTCLOCK_CHANGED_WALL, &changes)) {
		hostclock_core_set_wall();
		/* what became of it is for the next turn to tell */
		if (atomic_long_read(&hostclock.changes))
			schedule_work(&hostclock.report);
	}
	changes &= ~BIT(HOSTCLOCK_CHANGED_WALL);
	if (changes)
		hostclock_tell(changes);
}

/**
 * hostclock_resync_init - once, before anything else of this file
 */
void hostclock_resync_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(hostclock_resync_work, cpu) =
			IRQ_WORK_INIT_HARD(hostclock_resync_irq);
	hostclock_wall_forget();
	INIT_WORK(&hostclock.report, hostclock_report);
	atomic64_set(&hostclock.budget, 0);
	atomic_long_set(&hostclock.changes, 0);
}

static void hostclock_resync_sync(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&hostclock_resync_work, cpu));
}

/**
 * hostclock_resync_stop - wait for what is under way
 *
 * Context: may sleep; nobody asks for a resync any more.
 */
void hostclock_resync_stop(void)
{
	hostclock_resync_sync();
	cancel_work_sync(&hostclock.report);
	/* the report may have asked for one more */
	hostclock_resync_sync();
	cancel_work_sync(&hostclock.report);
	atomic_long_set(&hostclock.changes, 0);
}

/**
 * hostclock_resync_report - are there a device and its listeners?
 * @on: false: not any more, and nobody is using them when this returns
 */
void hostclock_resync_report(bool on)
{
	mutex_lock(&hostclock_report_mutex);
	hostclock_report_on = on;
	mutex_unlock(&hostclock_report_mutex);
}
