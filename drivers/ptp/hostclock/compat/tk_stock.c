// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kernels whose timekeeping core knows nothing of us: the vDSO does without
 * the pages, MONOTONIC_RAW counts as MONOTONIC does, and the wall clock is set
 * from a worker, so readers get the old time until it has run.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/processor.h>

#include "../hostclock.h"

/**
 * hostclock_core_name - what this kernel's timekeeping core can do, by name
 */
const char *hostclock_core_name(void)
{
	return "stock";
}

/*
 * How far ahead the instant is chosen for which the wall clock is set: 20 us,
 * which the worker spends with interrupts off.  Doubled each time that it was
 * late, 20 us << 5 = 640 us in the end.
 */
#define HOSTCLOCK_SET_LEAD_NS	20000
#define HOSTCLOCK_SET_TRIES	6

/**
 * hostclock_core_init - nothing to fit
 */
void hostclock_core_init(void)
{
}

/**
 * hostclock_core_max_ahead_ns - how far a reading may be ahead of the last
 *
 * 6.1 multiplies in 64 bits, by 2^23 for a clock of 1 GHz, so 2^41 ns overflow.
 * Half of that is 18 minutes, more than it lets a CPU sleep.
 */
u64 notrace hostclock_core_max_ahead_ns(void)
{
	return BIT_ULL(40);
}

/**
 * hostclock_core_max_jump_ns - how far the counter may jump in a resync
 *
 * The core knows nothing of it and counts it in MONOTONIC, as it is meant to.
 */
u64 hostclock_core_max_jump_ns(void)
{
	return hostclock_core_max_ahead_ns();
}

/**
 * hostclock_core_reanchor - accept the pages; the wall clock is set later
 * @kind: that of the current clocksource
 *
 * There is no way to make BOOTTIME count what MONOTONIC does not.
 *
 * Context: hard interrupt.
 */
void hostclock_core_reanchor(enum hostclock_counter kind)
{
	struct hostclock_change change = {};

	if (!hostclock_resync_due())
		return;
	if (!hostclock_accept(&change) && kind == HOSTCLOCK_MONO)
		atomic_long_or(BIT(HOSTCLOCK_CHANGED_WALL), &hostclock.changes);
}

/**
 * hostclock_core_lent - the reading that hostclock_set_wall_at() arranged
 * @kind: which counter is read
 * @ns: where to put it
 *
 * The first reading that the borrower makes with interrupts off, but not from
 * an interrupt, is do_settimeofday64()'s.  It waits, for at most the lead, until
 * the counter is what it was told it would be.
 *
 * Return: false if this is another reading, or the instant is past already.
 */
bool notrace hostclock_core_lent(enum hostclock_counter kind, u64 *ns)
{
	u64 lent_ns = hostclock.lent_ns;

	if (READ_ONCE(hostclock.borrower) != current || in_interrupt() ||
	    !irqs_disabled())
		return false;
	WRITE_ONCE(hostclock.borrower, NULL);
	if ((s64)(hostclock_counter(kind) - lent_ns) >= 0)
		return false;
	while ((s64)(hostclock_counter(kind) - lent_ns) < 0)
		cpu_relax();
	hostclock.lent_taken = true;
	*ns = lent_ns;
	return true;
}

/* Set the wall clock for the instant at which the counter will be at_ns. */
static int hostclock_set_wall_at(u64 at_ns, s64 wall_offset_ns)
{
	struct timespec64 ts = ns_to_timespec64(at_ns + wall_offset_ns);
	int ret;

	hostclock.lent_ns = at_ns;
	hostclock.lent_taken = false;
	WRITE_ONCE(hostclock.borrower, current);
	ret = do_settimeofday64(&ts);
	WRITE_ONCE(hostclock.borrower, NULL);
	if (ret)
		return ret;
	return hostclock.lent_taken ? 0 : -EAGAIN;
}

/**
 * hostclock_core_set_wall - set the wall clock by the view, exact to the ns
 *
 * Context: the report's worker.
 */
void hostclock_core_set_wall(void)
{
	int i, ret = -EAGAIN;

	if (hostclock_wall_detached()) {
		hostclock_wall_taken();
		return;
	}
	hostclock_wall_forget();
	for (i = 0; i < HOSTCLOCK_SET_TRIES && ret == -EAGAIN; i++) {
		s64 wall_offset_ns = READ_ONCE(hostclock.state.wall_offset_ns);
		u64 now_ns = hostclock_counter(HOSTCLOCK_MONO);

		ret = hostclock_set_wall_at(now_ns + (HOSTCLOCK_SET_LEAD_NS << i),
					    wall_offset_ns);
		if (READ_ONCE(hostclock.state.wall_offset_ns) != wall_offset_ns)
			ret = -EAGAIN;
		if (!ret)
			hostclock_wall_anchored(wall_offset_ns);
	}
	if (!ret)
		hostclock_wall_taken();
	else if (ret == -EINVAL)
		hostclock_refuse(HOSTCLOCK_FAULT_WALL);
	else
		pr_warn_ratelimited("hostclock: the wall clock may be off by microseconds\n");
}

/**
 * hostclock_core_enable - nothing to do
 * @kind: which clocksource is about to be used
 */
int hostclock_core_enable(enum hostclock_counter kind)
{
	return 0;
}

/**
 * hostclock_core_set_pages - nothing: this kernel's vDSO has no use for them
 */
void hostclock_core_set_pages(void)
{
}
