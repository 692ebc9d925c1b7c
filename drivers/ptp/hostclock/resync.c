// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lazy resync: whoever reads a clock and finds the pages to be of another epoch
 * raises an interrupt on this very CPU.  Its handler makes the timekeeper follow
 * the new parameters, and that makes the reader, which the interrupt hit within
 * the timekeeper's read section, go again and return the new time.
 */
#include <linux/irq_work.h>
#include <linux/percpu.h>

#include <hostclock/reader.h>

#include "resync.h"

/*
 * Resyncs within a period of 2^23 counts, after which the last good parameters do
 * until the next: a page that changed its epoch between any two readings would
 * otherwise make a reader go again for ever.  The period is 3.2 ms at 2.6 GHz, 8.4 ms
 * at 1 GHz.  It is the TSC's, and not a tick, because guests' ticks may come late.
 */
#define HOSTCLOCK_RESYNCS_PER_PERIOD	16
#define HOSTCLOCK_PERIOD_SHIFT		23

/*
 * Every CPU has its own, and waits for none that its host does not run just now,
 * unless that one is in the middle of it.
 */
static DEFINE_PER_CPU(struct irq_work, hostclock_resync_work);

/* In whose handler clocks are read, too: no need to ask for it once more. */
static DEFINE_PER_CPU(bool, hostclock_resyncing);

/* Which period, 2^64 >> 23 at most, << 8 | how many in that */
static atomic64_t hostclock_resyncs;

/* Do one even if nothing is new. */
static bool hostclock_force;

/* HOSTCLOCK_CHANGED_* that a worker is to tell */
static atomic_long_t hostclock_changes;

/**
 * hostclock_resync_running - is this CPU in the handler?
 */
bool notrace hostclock_resync_running(void)
{
	return raw_cpu_read(hostclock_resyncing);
}

/**
 * hostclock_resync_set_running - it is, or not any more
 * @on: which
 */
void hostclock_resync_set_running(bool on)
{
	this_cpu_write(hostclock_resyncing, on);
}

/**
 * hostclock_resync_allowed - may one more resync be asked for in this period?
 *
 * Context: any, NMI included.
 */
bool notrace hostclock_resync_allowed(void)
{
	u64 old = atomic64_read(&hostclock_resyncs);
	u64 new = hostclock_rdtsc() >> HOSTCLOCK_PERIOD_SHIFT << 8;
	u64 used = old - new;

	/* of this period, not of another, which leaves a huge number */
	if (used <= 0xff)
		new = old + 1;
	if (used <= 0xff && used >= HOSTCLOCK_RESYNCS_PER_PERIOD)
		return false;
	/* Lost the race: somebody else is asking for the same. */
	atomic64_cmpxchg(&hostclock_resyncs, old, new);
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
 * hostclock_force_resync - set the clocks by the pages, whatever the view says
 *
 * Context: any.
 */
void hostclock_force_resync(void)
{
	WRITE_ONCE(hostclock_force, true);
	hostclock_resync_raise();
}

/**
 * hostclock_resync_forced - was one forced that is still to be done?
 */
bool hostclock_resync_forced(void)
{
	return READ_ONCE(hostclock_force);
}

/**
 * hostclock_resync_take_forced - the same, for whoever does it now
 */
bool hostclock_resync_take_forced(void)
{
	return xchg(&hostclock_force, false);
}

/**
 * hostclock_record - remember what changed, for a worker to tell
 * @changes: HOSTCLOCK_CHANGED_*
 *
 * Context: any, NMI included.
 */
void notrace hostclock_record(unsigned long changes)
{
	atomic_long_or(changes, &hostclock_changes);
}

/**
 * hostclock_recorded - is there something for the worker to tell?
 */
bool hostclock_recorded(void)
{
	return atomic_long_read(&hostclock_changes);
}

/**
 * hostclock_take_recorded - what changed since this was called last
 */
unsigned long hostclock_take_recorded(void)
{
	return atomic_long_xchg(&hostclock_changes, 0);
}

/**
 * hostclock_resync_init - once, before anything else of this file
 * @handler: what the interrupt does
 */
void hostclock_resync_init(void (*handler)(struct irq_work *work))
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(hostclock_resync_work, cpu) = IRQ_WORK_INIT_HARD(handler);
}

/**
 * hostclock_resync_sync - wait for handlers that are under way
 *
 * Context: may sleep.
 */
void hostclock_resync_sync(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&hostclock_resync_work, cpu));
}
