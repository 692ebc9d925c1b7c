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
#include "../readings.h"
#include "../realtime.h"
#include "../rejected.h"
#include "../resync.h"
#include "../tk.h"

/**
 * hostclock_tk_name - what this kernel's timekeeping core can do, by name
 */
const char *hostclock_tk_name(void)
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
#define HOSTCLOCK_TK_MAX_DELTA_NS	BIT_ULL(40)

/* The reading that hostclock_set_realtime_at() arranged */
static struct task_struct *hostclock_setter;
static u64 hostclock_pinned_ns;
static bool hostclock_pinned_used;

/**
 * hostclock_tk_init - nothing to fit
 * @mono: not used
 * @raw: not used
 */
void hostclock_tk_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_delta(HOSTCLOCK_TK_MAX_DELTA_NS);
	/* The core knows nothing of a jump and counts it in MONOTONIC, as it is meant to. */
	hostclock_accept_set_max_jump(HOSTCLOCK_TK_MAX_DELTA_NS);
}

/**
 * hostclock_tk_reanchor - accept the pages; the wall clock is set later
 * @cs: the current clocksource
 *
 * There is no way to make BOOTTIME count what MONOTONIC does not.
 *
 * Context: hard interrupt.
 */
void hostclock_tk_reanchor(struct clocksource *cs)
{
	struct hostclock_change change = {};

	if (!hostclock_resync_due())
		return;
	if (!hostclock_accept(&change) && hostclock_mode_counter() == HOSTCLOCK_MONO)
		hostclock_record(BIT(HOSTCLOCK_SET_REALTIME));
}

/*
 * The first reading that the borrower makes with interrupts off, but not from
 * an interrupt, is do_settimeofday64()'s.  It waits, for at most the lead, until
 * the counter is what it was told it would be.
 * False: this is another reading, or the instant is past already.
 */
static bool notrace hostclock_pinned_reading(enum hostclock_counter which, u64 *ns)
{
	u64 pinned_ns = hostclock_pinned_ns;

	if (READ_ONCE(hostclock_setter) != current || in_interrupt() ||
	    !irqs_disabled())
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

/* Set the wall clock for the instant at which the counter will be at_ns. */
static int hostclock_set_realtime_at(u64 at_ns, s64 wall_offset_ns)
{
	struct timespec64 ts = ns_to_timespec64(at_ns + wall_offset_ns);
	int ret;

	hostclock_pinned_ns = at_ns;
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

/**
 * hostclock_tk_set_realtime - set the wall clock by the view, exact to the ns
 *
 * Context: the report's worker.
 */
void hostclock_tk_set_realtime(void)
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
		pr_warn_ratelimited("hostclock: the wall clock may be off by microseconds\n");
}

/**
 * hostclock_tk_enable - nothing to do
 * @which: which clocksource is about to be used
 */
int hostclock_tk_enable(enum hostclock_counter which)
{
	return 0;
}

/**
 * hostclock_tk_set_pages - nothing: this kernel's vDSO has no use for them
 */
void hostclock_tk_set_pages(void)
{
}
