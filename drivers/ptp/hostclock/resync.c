// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lazy resync: a clocksource read() that finds another epoch in the pages raises an
 * irq_work on its own CPU.  The handler re-anchors the timekeeper.  The interrupted
 * reader is inside the timekeeper's read section, so it retries and returns the new
 * time.
 */
#include <linux/bits.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>

#include <hostclock/reader.h>

#include "resync.h"

/*
 * Resyncs in a row, each of which begins less than HOSTCLOCK_ROW_TIMES as long after the
 * last as that took.  After them, readers use the accepted state for 6.5 ms at 2.6 GHz: a
 * page that changes its epoch all the time must not make a reader retry forever.  Its tries
 * are shorter than resyncs, which read the clocks themselves, however slow the kernel is.
 * That is no timer tick because those may come late in a guest.
 */
#define HOSTCLOCK_ROW_RESYNCS	16
#define HOSTCLOCK_ROW_TIMES	4
#define HOSTCLOCK_PAUSE_COUNTS	BIT_ULL(24)

/* Of hostclock_row: how many; the rest is a TSC value, to 2^8 counts */
#define HOSTCLOCK_ROW_LENGTH	0xffULL

/* Per CPU, so that none waits for a vCPU that is not running. */
static DEFINE_PER_CPU(struct irq_work, hostclock_resync_work);

/* The handler reads clocks, too, which must not request another resync. */
static DEFINE_PER_CPU(bool, hostclock_resyncing);

/* The resyncs in this row, and when the last was done; and how long that took */
static atomic64_t hostclock_row;
static u64 hostclock_last_counts;

/* Resync even if the pages are unchanged. */
static bool hostclock_force;

/* HOSTCLOCK_CHANGED_*, to be notified of */
static atomic_long_t hostclock_changes;

/**
 * hostclock_resync_running - is this CPU in the resync handler?
 */
bool notrace hostclock_resync_running(void)
{
	return raw_cpu_read(hostclock_resyncing);
}

void hostclock_resync_set_running(bool on)
{
	this_cpu_write(hostclock_resyncing, on);
}

/**
 * hostclock_resync_allowed - may pages that changed be accepted, or have they just been?
 *
 * Context: any, NMI included.
 */
bool notrace hostclock_resync_allowed(void)
{
	u64 row = atomic64_read(&hostclock_row);

	/* a TSC that was set back makes it a huge difference */
	return (row & HOSTCLOCK_ROW_LENGTH) < HOSTCLOCK_ROW_RESYNCS ||
	       hostclock_rdtsc() - (row & ~HOSTCLOCK_ROW_LENGTH) > HOSTCLOCK_PAUSE_COUNTS;
}

/**
 * hostclock_resync_count - a resync is done
 * @begun: TSC
 *
 * Context: any.
 */
void hostclock_resync_count(u64 begun)
{
	u64 last_counts = READ_ONCE(hostclock_last_counts), now = hostclock_rdtsc();
	u64 old = atomic64_read(&hostclock_row), length = old & HOSTCLOCK_ROW_LENGTH;
	s64 after = begun - (old & ~HOSTCLOCK_ROW_LENGTH);

	/* At the end of a row, another CPU may be at it: the pause goes on. */
	if (length < HOSTCLOCK_ROW_RESYNCS && after < (s64)last_counts * HOSTCLOCK_ROW_TIMES)
		length++;
	else if (hostclock_resync_allowed())
		length = 1;
	WRITE_ONCE(hostclock_last_counts, now - begun);
	/* A lost race does not matter: the other CPU counted its resync. */
	atomic64_cmpxchg(&hostclock_row, old, (now & ~HOSTCLOCK_ROW_LENGTH) | length);
}

/**
 * hostclock_resync_raise - raise the irq_work on this CPU
 *
 * Context: any, NMI and the timekeeper's write side included.
 */
void notrace hostclock_resync_raise(void)
{
	irq_work_queue(raw_cpu_ptr(&hostclock_resync_work));
}

/**
 * hostclock_resync_raised - is it yet to run here?
 *
 * Context: any, NMI included.
 */
bool notrace hostclock_resync_raised(void)
{
	return irq_work_is_busy(raw_cpu_ptr(&hostclock_resync_work));
}

/**
 * hostclock_force_resync - resync even if the pages are unchanged
 *
 * Context: any.
 */
void hostclock_force_resync(void)
{
	WRITE_ONCE(hostclock_force, true);
	hostclock_resync_raise();
}

bool hostclock_resync_forced(void)
{
	return READ_ONCE(hostclock_force);
}

/**
 * hostclock_resync_take_forced - is a forced resync pending?  It is not afterwards.
 */
bool hostclock_resync_take_forced(void)
{
	return xchg(&hostclock_force, false);
}

/**
 * hostclock_record - record changes for the notification
 * @changes: HOSTCLOCK_CHANGED_*
 *
 * Context: any, NMI included.
 */
void notrace hostclock_record(unsigned long changes)
{
	atomic_long_or(changes, &hostclock_changes);
}

bool hostclock_recorded(void)
{
	return atomic_long_read(&hostclock_changes);
}

/**
 * hostclock_take_recorded - get and clear the recorded changes
 */
unsigned long hostclock_take_recorded(void)
{
	return atomic_long_xchg(&hostclock_changes, 0);
}

/**
 * hostclock_resync_init - set the resync handler
 * @handler: runs in hard interrupt context
 */
void hostclock_resync_init(void (*handler)(struct irq_work *work))
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(hostclock_resync_work, cpu) = IRQ_WORK_INIT_HARD(handler);
}

/**
 * hostclock_resync_sync - wait for pending handlers on all CPUs
 *
 * Context: may sleep.
 */
void hostclock_resync_sync(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&hostclock_resync_work, cpu));
}
