// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting CLOCK_REALTIME where nothing but do_settimeofday64() can, called as by anybody: for
 * an instant soon to come, which its own reading of the clocksource is made to be.
 *
 * That may sleep, so it cannot be done by the resync.  Whoever asks the kernel for the time
 * does it, within that system call and before it has an answer; and a worker, as not
 * everything that reads the clock may sleep.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "../accept.h"
#include "../counter.h"
#include "../page.h"
#include "../realtime.h"
#include "../resync.h"
#include "caller.h"
#include "pinned.h"

/*
 * CLOCK_REALTIME is set for an instant 20 us ahead, for which the setter waits with
 * interrupts off.  The lead is doubled when it was too short, up to 20 us << 5 = 640 us.
 */
#define HOSTCLOCK_SET_LEAD_NS	20000
#define HOSTCLOCK_SET_TRIES	6

/*
 * How often to look whether the interrupt is over that accepts the pages: it comes at once, as
 * interrupts are on.
 */
#define HOSTCLOCK_RAISED_TRIES	10000

/* The pinned reading of hostclock_set_realtime_at(), and the task that is to get it */
static struct task_struct *hostclock_setter;
static u64 hostclock_pinned_ns;
static bool hostclock_pinned_due;	/* this is the reading that sets the clock */
static bool hostclock_pinned_used;

/* Who sets the clock, under the mutex */
static DEFINE_MUTEX(hostclock_pinned_mutex);
static struct task_struct *hostclock_pinned_task;
/* How often it was to be set, and which of that has been done */
static atomic_t hostclock_pinned_wanted;
static int hostclock_pinned_done;
/* Readers that do so, and may sleep */
static atomic_t hostclock_pinned_readers;

/**
 * hostclock_pinned_want - pages were accepted: CLOCK_REALTIME is to be set
 *
 * Context: any but NMI.
 */
void hostclock_pinned_want(void)
{
	atomic_inc(&hostclock_pinned_wanted);
}

/**
 * hostclock_pinned_is_caller - is it us who calls do_settimeofday64(), in whoever's name?
 *
 * Context: any.
 */
bool notrace hostclock_pinned_is_caller(void)
{
	return READ_ONCE(hostclock_pinned_task) == current;
}

static bool notrace hostclock_pinned_is_due(void)
{
	return atomic_read(&hostclock_pinned_wanted) != READ_ONCE(hostclock_pinned_done);
}

/**
 * hostclock_pinned_caller - the clocksource is about to be read
 * @caller: the address to which its read() returns
 *
 * Context: any, NMI included.
 */
void notrace hostclock_pinned_caller(unsigned long caller)
{
	if (unlikely(READ_ONCE(hostclock_setter) == current))
		hostclock_pinned_due = hostclock_caller_sets(caller);
}

/*
 * Make do_settimeofday64() read the chosen instant.  Its reading is one that the setter
 * does with interrupts off, but not from an interrupt.  Wait for the instant, at
 * most the lead; return false if it is past, or if this is another reading.
 */
static bool notrace hostclock_pinned_reading(enum hostclock_counter which, u64 *ns)
{
	u64 pinned_ns = hostclock_pinned_ns;

	if (READ_ONCE(hostclock_setter) != current || in_interrupt() ||
	    !irqs_disabled() || !hostclock_pinned_due)
		return false;
	WRITE_ONCE(hostclock_setter, NULL);
	hostclock_counter_set_override(NULL);
	if ((s64)(hostclock_counter(which) - pinned_ns) >= 0)
		return false;
	while ((s64)(hostclock_counter(which) - pinned_ns) < 0)
		cpu_relax();
	hostclock_pinned_used = true;
	*ns = pinned_ns;
	return true;
}

/* Set CLOCK_REALTIME for the instant at which the counter is at_ns. */
static int hostclock_set_realtime_at(u64 at_ns, s64 wall_offset_ns)
{
	struct timespec64 ts = ns_to_timespec64(at_ns + wall_offset_ns);
	int ret;

	hostclock_pinned_ns = at_ns;
	hostclock_pinned_due = false;
	hostclock_pinned_used = false;
	WRITE_ONCE(hostclock_setter, current);
	hostclock_counter_set_override(hostclock_pinned_reading);
	ret = do_settimeofday64(&ts);
	hostclock_counter_set_override(NULL);
	WRITE_ONCE(hostclock_setter, NULL);
	if (ret)
		return ret;
	return hostclock_pinned_used ? 0 : -EAGAIN;
}

static void hostclock_pinned_set_locked(void)
{
	int i, ret = -EAGAIN;

	if (hostclock_realtime_detached()) {
		hostclock_realtime_accepted();
		return;
	}
	hostclock_realtime_forget_offset();
	for (i = 0; i < HOSTCLOCK_SET_TRIES && ret == -EAGAIN; i++) {
		s64 wall_offset_ns = READ_ONCE(hostclock_info()->wall_offset_ns);
		u64 now_ns = hostclock_counter(HOSTCLOCK_MONO);

		ret = hostclock_set_realtime_at(now_ns + (HOSTCLOCK_SET_LEAD_NS << i),
						wall_offset_ns);
		if (READ_ONCE(hostclock_info()->wall_offset_ns) != wall_offset_ns)
			ret = -EAGAIN;
		if (!ret)
			hostclock_realtime_set_offset(wall_offset_ns);
	}
	if (!ret)
		hostclock_realtime_accepted();
	else if (ret == -EINVAL)
		hostclock_reject(HOSTCLOCK_ERR_REALTIME);
	else
		pr_warn_ratelimited("hostclock: CLOCK_REALTIME may be off by microseconds\n");
}

/**
 * hostclock_pinned_set - set CLOCK_REALTIME, unless that was done since it was wanted
 *
 * Context: may sleep.
 */
void hostclock_pinned_set(void)
{
	int wanted;

	mutex_lock(&hostclock_pinned_mutex);
	WRITE_ONCE(hostclock_pinned_task, current);
	wanted = atomic_read(&hostclock_pinned_wanted);
	if (wanted != hostclock_pinned_done)
		hostclock_pinned_set_locked();
	WRITE_ONCE(hostclock_pinned_done, wanted);
	WRITE_ONCE(hostclock_pinned_task, NULL);
	mutex_unlock(&hostclock_pinned_mutex);
}

/**
 * hostclock_pinned_read - the clocksource was read: set CLOCK_REALTIME if that is due
 *
 * The timekeeper's reader finds that it was set meanwhile, and goes again.
 *
 * Context: any, NMI included; nothing is done but in a system call that asks for the time,
 * where no lock is held.
 */
void notrace hostclock_pinned_read(void)
{
	int tries = HOSTCLOCK_RAISED_TRIES;

	if (!hostclock_resync_raised() && !hostclock_pinned_is_due())
		return;
	if (!hostclock_caller_asks() || hostclock_pinned_is_caller())
		return;
	while (hostclock_resync_raised() && --tries)
		cpu_relax();
	if (!hostclock_pinned_is_due())
		return;
	atomic_inc(&hostclock_pinned_readers);
	hostclock_pinned_set();
	atomic_dec(&hostclock_pinned_readers);
}

/**
 * hostclock_pinned_wait - wait for readers that set the clock
 *
 * Context: may sleep; nobody begins to read the clocksource any more, and who was preempted
 * while reading it has gone on.
 */
void hostclock_pinned_wait(void)
{
	while (atomic_read(&hostclock_pinned_readers))
		usleep_range(1000, 2000);
	/* The last one may have been preempted on its way out. */
	synchronize_rcu_tasks();
}
