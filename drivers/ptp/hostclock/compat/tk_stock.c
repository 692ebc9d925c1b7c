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
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "../accept.h"
#include "../counter.h"
#include "../page.h"
#include "../params.h"
#include "../refused.h"
#include "../resync.h"
#include "../seen.h"
#include "../tk.h"
#include "../wall.h"

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

/*
 * 6.1 multiplies in 64 bits, by 2^23 for a clock of 1 GHz, so 2^41 ns overflow.
 * Half of that is 18 minutes, more than it lets a CPU sleep.
 */
#define HOSTCLOCK_CORE_MAX_AHEAD_NS	BIT_ULL(40)

/* The reading that hostclock_set_wall_at() arranged */
static struct task_struct *hostclock_borrower;
static u64 hostclock_lent_ns;
static bool hostclock_lent_taken;

/**
 * hostclock_core_init - nothing to fit
 * @mono: not used
 * @raw: not used
 */
void hostclock_core_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_ahead(HOSTCLOCK_CORE_MAX_AHEAD_NS);
	/* The core knows nothing of a jump and counts it in MONOTONIC, as it is meant to. */
	hostclock_accept_set_max_jump(HOSTCLOCK_CORE_MAX_AHEAD_NS);
}

/**
 * hostclock_core_reanchor - accept the pages; the wall clock is set later
 * @cs: the current clocksource
 *
 * There is no way to make BOOTTIME count what MONOTONIC does not.
 *
 * Context: hard interrupt.
 */
void hostclock_core_reanchor(struct clocksource *cs)
{
	struct hostclock_change change = {};

	if (!hostclock_resync_due())
		return;
	if (!hostclock_accept(&change) && hostclock_mode_counter() == HOSTCLOCK_MONO)
		hostclock_record(BIT(HOSTCLOCK_CHANGED_WALL));
}

/*
 * The first reading that the borrower makes with interrupts off, but not from
 * an interrupt, is do_settimeofday64()'s.  It waits, for at most the lead, until
 * the counter is what it was told it would be.
 * False: this is another reading, or the instant is past already.
 */
static bool notrace hostclock_lent(enum hostclock_counter kind, u64 *ns)
{
	u64 lent_ns = hostclock_lent_ns;

	if (READ_ONCE(hostclock_borrower) != current || in_interrupt() ||
	    !irqs_disabled())
		return false;
	WRITE_ONCE(hostclock_borrower, NULL);
	hostclock_counter_set_override(NULL);
	if ((s64)(hostclock_counter(kind) - lent_ns) >= 0)
		return false;
	while ((s64)(hostclock_counter(kind) - lent_ns) < 0)
		cpu_relax();
	hostclock_lent_taken = true;
	*ns = lent_ns;
	return true;
}

/* Set the wall clock for the instant at which the counter will be at_ns. */
static int hostclock_set_wall_at(u64 at_ns, s64 wall_offset_ns)
{
	struct timespec64 ts = ns_to_timespec64(at_ns + wall_offset_ns);
	int ret;

	hostclock_lent_ns = at_ns;
	hostclock_lent_taken = false;
	WRITE_ONCE(hostclock_borrower, current);
	hostclock_counter_set_override(hostclock_lent);
	ret = do_settimeofday64(&ts);
	hostclock_counter_set_override(NULL);
	WRITE_ONCE(hostclock_borrower, NULL);
	if (ret)
		return ret;
	return hostclock_lent_taken ? 0 : -EAGAIN;
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
		s64 wall_offset_ns = READ_ONCE(hostclock_state()->wall_offset_ns);
		u64 now_ns = hostclock_counter(HOSTCLOCK_MONO);

		ret = hostclock_set_wall_at(now_ns + (HOSTCLOCK_SET_LEAD_NS << i),
					    wall_offset_ns);
		if (READ_ONCE(hostclock_state()->wall_offset_ns) != wall_offset_ns)
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
