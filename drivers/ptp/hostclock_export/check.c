// SPDX-License-Identifier: GPL-2.0-only
/* Is the page the kernel's clock?  To the last nanosecond, or it is not. */
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include <hostclock/reader.h>

#include "../hostclock/systime.h"
#include "check.h"

/* How often the page is read anew until it is at rest: an update takes less. */
#define HCX_CHECK_TRIES	100000

/* Between two looks at whether somebody wants us to end, or the CPU. */
#define HCX_CHECK_ROUND	1000

struct answers {
	u64 epoch;
	s64 ns[HCX_CLOCKS];
	bool previous;
};

static void evaluate(const struct hostclock_params *p, u64 delta, struct answers *a)
{
	s64 tai = (s32)HOSTCLOCK_LE32(p->tai_offset_sec);
	s64 mono = hostclock_params_ns(p, HOSTCLOCK_MONO, delta);

	a->epoch = HOSTCLOCK_LE64(p->epoch);
	a->ns[HCX_MONOTONIC] = mono;
	a->ns[HCX_RAW] = hostclock_params_ns(p, HOSTCLOCK_RAW, delta);
	a->ns[HCX_REALTIME] = mono + (s64)HOSTCLOCK_LE64(p->wall_offset_ns);
	a->ns[HCX_BOOTTIME] = mono + (s64)HOSTCLOCK_LE64(p->boot_offset_ns);
	a->ns[HCX_TAI] = a->ns[HCX_REALTIME] + tai * NSEC_PER_SEC;
}

/* What a reader of a LIVE page gets at a counter value. */
static bool ask_page(const struct hostclock_clock_page *cp, u64 counter, struct answers *a)
{
	const struct hostclock_params *p;
	int tries = HCX_CHECK_TRIES;
	u64 delta;
	u32 seq;

	do {
		seq = hostclock_seq_begin(&cp->seq);
		p = hostclock_select(cp, seq, counter, &delta);
		a->previous = p != hostclock_newest(cp, seq);
		evaluate(p, delta, a);
		if (!hostclock_seq_retry(&cp->seq, seq))
			return a->epoch && !hostclock_before_first(p, counter);
		cpu_relax();
	} while (--tries);
	return false;
}

/* What the kernel says; REALTIME is the one clock that it tells directly. */
static u64 ask_kernel(struct answers *a, u32 *set)
{
	struct system_time_snapshot snapshot;
	s64 real = ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_REAL));
	s64 boot = ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_BOOT));
	s64 tai = ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_TAI));

	hostclock_systime_get(&snapshot);
	a->ns[HCX_REALTIME] = hostclock_systime_real_ns(&snapshot);
	a->ns[HCX_MONOTONIC] = a->ns[HCX_REALTIME] - real;
	a->ns[HCX_RAW] = hostclock_systime_raw_ns(&snapshot);
	a->ns[HCX_BOOTTIME] = a->ns[HCX_MONOTONIC] + boot;
	a->ns[HCX_TAI] = a->ns[HCX_MONOTONIC] + tai;
	*set = snapshot.clock_was_set_seq;
	return snapshot.cycles;
}

static u32 times_set(void)
{
	struct system_time_snapshot snapshot;

	hostclock_systime_get(&snapshot);
	return snapshot.clock_was_set_seq;
}

/* Where the kernel knows no TAI offset, the page may have user space's. */
static bool knows_tai(const struct answers *kernel)
{
	return kernel->ns[HCX_TAI] != kernel->ns[HCX_REALTIME];
}

static void compare(const struct answers *page, const struct answers *kernel,
		    struct hcx_check *check)
{
	int i;

	for (i = 0; i < HCX_CLOCKS; i++) {
		s64 off = page->ns[i] - kernel->ns[i];

		if (i == HCX_TAI && !knows_tai(kernel))
			continue;
		check->wrong[i] += off != 0;
		check->low[i] = min(check->low[i], off);
		check->high[i] = max(check->high[i], off);
	}
	check->previous += page->previous;
	check->compared++;
}

/* The offsets that were asked for belong to the snapshot if nothing was set meanwhile. */
static void check_once(const struct hostclock_clock_page *cp, struct hcx_check *check)
{
	struct answers page, kernel;
	u32 before = times_set(), set;
	u64 counter = ask_kernel(&kernel, &set);
	bool read = ask_page(cp, counter, &page);

	if (!read || before != set || times_set() != set)
		check->unsettled++;
	else
		compare(&page, &kernel, check);
}

/**
 * hcx_check_run - compare the page with the kernel
 * @cp: the page, which stays
 * @times: how often; less if a signal comes
 * @check: to be added to
 *
 * Context: may sleep.
 */
void hcx_check_run(const struct hostclock_clock_page *cp, u64 times, struct hcx_check *check)
{
	u64 i;

	for (i = 0; i < times; i++) {
		check_once(cp, check);
		if (i % HCX_CHECK_ROUND)
			continue;
		if (signal_pending(current))
			break;
		cond_resched();
	}
}

/* Was anything not the same? */
bool hcx_check_wrong(const struct hcx_check *check)
{
	int i;

	for (i = 0; i < HCX_CLOCKS; i++)
		if (check->wrong[i])
			return true;
	return false;
}
