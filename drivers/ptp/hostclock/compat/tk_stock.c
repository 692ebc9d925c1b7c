// SPDX-License-Identifier: GPL-2.0-only
/*
 * Backend for unpatched kernels: the vDSO does not read the pages, MONOTONIC_RAW is
 * MONOTONIC, and CLOCK_REALTIME is set by a worker, so readers get the old time until
 * it has run.
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

const char *hostclock_tk_name(void)
{
	return "stock";
}

/*
 * CLOCK_REALTIME is set for an instant 20 us ahead, for which the worker waits with
 * interrupts off.  The lead is doubled when it was too short, up to 20 us << 5 = 640 us.
 */
#define HOSTCLOCK_SET_LEAD_NS	20000
#define HOSTCLOCK_SET_TRIES	6

/*
 * 6.1 multiplies in 64 bits, by 2^23 for a clock of 1 GHz, so 2^41 ns overflow.
 * Half of that, 18 minutes, is more than a CPU may sleep.
 */
#define HOSTCLOCK_TK_MAX_DELTA_NS	BIT_ULL(40)

/* The pinned reading of hostclock_set_realtime_at(), and the task that is to get it */
static struct task_struct *hostclock_setter;
static u64 hostclock_pinned_ns;
static bool hostclock_pinned_used;

void hostclock_tk_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_delta(HOSTCLOCK_TK_MAX_DELTA_NS);
	/* To the core, a jump is a delta like any other. */
	hostclock_accept_set_max_jump(HOSTCLOCK_TK_MAX_DELTA_NS);
}

/* BOOTTIME cannot be made to count what MONOTONIC does not. */
void hostclock_tk_reanchor(struct clocksource *cs)
{
	struct hostclock_change change = HOSTCLOCK_CHANGE_INIT;

	if (!hostclock_resync_due())
		return;
	if (!hostclock_accept(&change) && hostclock_mode_counter() == HOSTCLOCK_MONO)
		hostclock_record(BIT(HOSTCLOCK_SET_REALTIME));
}

/*
 * Make do_settimeofday64() read the chosen instant.  Its reading is the first that the
 * setter does with interrupts off, but not from an interrupt.  Wait for the instant, at
 * most the lead; return false if it is past, or if this is another reading.
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

/* Set CLOCK_REALTIME for the instant at which the counter is at_ns. */
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
 * hostclock_tk_set_realtime - set CLOCK_REALTIME, exact to the ns
 *
 * Context: the notification's worker.
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
		pr_warn_ratelimited("hostclock: CLOCK_REALTIME may be off by microseconds\n");
}

int hostclock_tk_enable(enum hostclock_counter which)
{
	return 0;
}

void hostclock_tk_set_pages(void)
{
}
