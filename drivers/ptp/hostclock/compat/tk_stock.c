// SPDX-License-Identifier: GPL-2.0-only
/*
 * Backend for unpatched kernels.  MONOTONIC_RAW is MONOTONIC.
 *
 * Where the kernel allows it (see exact.c), the timekeeper is set within the resync, so
 * that the first reading after any change is right, and the vDSO reads the line page.
 * Elsewhere every reading is a system call, and CLOCK_REALTIME is set within the first one
 * that comes after the change, or by a worker: see pinned.c.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/timekeeping.h>

#include "../accept.h"
#include "../counter.h"
#include "../page.h"
#include "../params.h"
#include "../readings.h"
#include "../realtime.h"
#include "../rejected.h"
#include "../resync.h"
#include "../steer.h"
#include "../systime.h"
#include "../tk.h"
#include "asked.h"
#include "caller.h"
#include "exact.h"
#include "lines.h"
#include "ntp.h"
#include "pinned.h"
#include "read_snapshot.h"
#include "sync.h"
#include "vdso_page.h"

static bool vdso = true;
module_param(vdso, bool, 0444);
MODULE_PARM_DESC(vdso, "set clocks exactly and let the vDSO read them, where the kernel allows it (default Y)");

/*
 * 6.1 multiplies in 64 bits, by 2^23 for a clock of 1 GHz, so 2^41 ns overflow.
 * Half of that, 18 minutes, is more than a CPU may sleep.
 */
#define HOSTCLOCK_TK_MAX_DELTA_NS	BIT_ULL(40)

/* At the clock that was set first: the pages may change between setting it and looking. */
#define HOSTCLOCK_LOOKS		6

/* What BOOTTIME has left after any gap: 30 years */
#define HOSTCLOCK_BOOT_RESERVE_NS	(30ULL * 365 * 86400 * NSEC_PER_SEC)

enum hostclock_exact {
	HOSTCLOCK_EXACT_OFF,
	HOSTCLOCK_EXACT_UNTRIED,	/* prepared; the first set is the worker's */
	HOSTCLOCK_EXACT_ON,
};

static enum hostclock_exact hostclock_exact;
static bool hostclock_exact_prepared;
static bool hostclock_vdso_prepared;
/* Why the vDSO does not read the line page */
static const char *hostclock_vdso_why = "not started";

static struct clocksource *hostclock_mono_cs;

const char *hostclock_tk_name(void)
{
	return "stock";
}

static u64 notrace hostclock_stock_read(struct clocksource *cs)
{
	unsigned long caller = (unsigned long)__builtin_return_address(0);
	u64 ns;

	if (unlikely(hostclock_exact_reading(caller, &ns)))
		return ns;
	hostclock_pinned_caller(caller);
	ns = hostclock_counter(HOSTCLOCK_MONO);
	if (hostclock_exact == HOSTCLOCK_EXACT_OFF)
		hostclock_pinned_read();
	return hostclock_lines_refine(ns);
}

/* What kernels since 7.2 have: see read_snapshot.c */
void __weak hostclock_read_snapshot_init(struct clocksource *mono, struct clocksource *raw)
{
}

void hostclock_tk_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_delta(HOSTCLOCK_TK_MAX_DELTA_NS);
	/* To the core, a jump is a delta like any other. */
	hostclock_accept_set_max_jump(HOSTCLOCK_TK_MAX_DELTA_NS);
	mono->read = hostclock_stock_read;
	hostclock_read_snapshot_init(mono, raw);
	hostclock_mono_cs = mono;
}

void hostclock_tk_unregistered(void)
{
	hostclock_pinned_wait();
	hostclock_lines_retry_stop();
}

/* How far BOOTTIME may jump, as of before that */
static u64 hostclock_boot_headroom_ns;

/* What the set under way goes by: other CPUs may accept other epochs, but not set them. */
static struct hostclock_accepted hostclock_being_set;

/* Called within the timekeeper's write section: accept the pages, and say what to set. */
static void hostclock_stock_commit(struct hostclock_setting *s)
{
	struct hostclock_change change = HOSTCLOCK_CHANGE_INIT;
	const struct hostclock_info *info = hostclock_info();
	struct hostclock_accepted *after = &hostclock_being_set;
	struct hostclock_accepted before;
	int error;
	u64 ns;

	hostclock_accepted_get(&before);
	change.page_offset = true;
	change.boot_headroom_ns = hostclock_boot_headroom_ns;
	error = hostclock_accept(&change);
	hostclock_accepted_get(after);
	ns = hostclock_counter(HOSTCLOCK_MONO);
	s->cycle_last = ns;
	s->reading = ns - change.rebase_ns;
	if (after->guest_epoch != before.guest_epoch || change.rebase_ns) {
		s->reading += hostclock_lines_ahead();
		hostclock_lines_drop();
	} else {
		s->reading = hostclock_lines_refine(ns);
		if (hostclock_lines_bad()) {
			hostclock_lines_drop();
			/* A host that is dead does not close the page. */
			hostclock_vdso_page_enable(false);
		} else {
			s->cycle_last = s->reading;
		}
	}
	s->keep_real = error || hostclock_realtime_detached();
	if (error)
		return;
	s->boot_jump_ns = change.boot_jump_ns;
	if (s->keep_real)
		return;
	s->real_ns = s->cycle_last + info->wall_offset_ns;
	s->tai_valid = info->tai_valid;
	s->tai_offset_sec = info->tai_offset_sec;
}

/* The clocks follow the pages, so the vDSO may read the lines. */
static void hostclock_stock_open(void)
{
	if (!hostclock_lines_present())
		return;
	if (!hostclock_lines_accept(&hostclock_being_set))
		hostclock_lines_retry_later();
	else if (hostclock_exact == HOSTCLOCK_EXACT_ON)
		hostclock_vdso_page_enable(true);
}

/* Called before another CPU can set the clock */
static void hostclock_stock_was_set(void)
{
	if (!hostclock_error() || hostclock_error() == HOSTCLOCK_ERR_REALTIME)
		hostclock_realtime_accepted();
	if (!hostclock_error())
		hostclock_stock_open();
	hostclock_ntp_sync_soon();
}

/* Return 0 if the clocks follow the pages, as far as these are valid. */
static int hostclock_stock_set(void)
{
	int ret;

	WRITE_ONCE(hostclock_boot_headroom_ns, KTIME_MAX - ktime_get_boottime_ns() -
					       HOSTCLOCK_BOOT_RESERVE_NS);
	ret = hostclock_exact_set(hostclock_stock_was_set);
	if (ret == -EINVAL) {
		hostclock_reject(HOSTCLOCK_ERR_REALTIME);
		ret = 0;
	}
	return ret;
}

/* It did not work as it should: do without from now on. */
static void hostclock_stock_give_up(const char *why)
{
	hostclock_exact = HOSTCLOCK_EXACT_OFF;
	hostclock_vdso_why = why;
	hostclock_lines_drop();
	if (hostclock_vdso_prepared)
		hostclock_vdso_page_enable(false);
	pr_warn("hostclock: the vDSO does not read the clock: %s\n", why);
}

static void hostclock_reanchor_exactly(void)
{
	int ret;

	if (hostclock_lines_bad())
		hostclock_force_resync();
	ret = hostclock_stock_set();
	if (ret == -EBUSY)
		hostclock_force_resync();
	else if (ret)
		hostclock_stock_give_up("setting the clock did not go as expected");
}

void notrace hostclock_tk_reading(void)
{
	/* watchdogs know this kernel's clocks */
}

void hostclock_tk_reanchor(struct clocksource *cs)
{
	struct hostclock_change change = HOSTCLOCK_CHANGE_INIT;

	if (!hostclock_resync_due())
		return;
	if (cs == hostclock_mono_cs && hostclock_exact == HOSTCLOCK_EXACT_ON) {
		hostclock_reanchor_exactly();
		return;
	}
	/* BOOTTIME cannot be made to count what MONOTONIC does not. */
	if (!hostclock_accept(&change) && hostclock_mode_counter() == HOSTCLOCK_MONO) {
		hostclock_pinned_want();
		hostclock_record(BIT(HOSTCLOCK_SET_REALTIME));
	}
}

/* The first exact set.  If the clock is not what it should be, there is no other. */
static bool hostclock_stock_try(void)
{
	s64 off_ns = S64_MAX;
	struct system_time_snapshot snap;
	int i, ret = 0;

	if (!hostclock_counter_in_use(HOSTCLOCK_MONO))
		return false;
	for (i = 0; !ret && i < HOSTCLOCK_LOOKS && off_ns; i++) {
		ret = hostclock_stock_set();
		hostclock_systime_get(&snap);
		off_ns = hostclock_systime_real_ns(&snap) - (s64)snap.cycles -
			 READ_ONCE(hostclock_info()->wall_offset_ns);
	}
	if (ret || (off_ns && !hostclock_error() && !hostclock_realtime_detached())) {
		hostclock_stock_give_up(ret ? "do_settimeofday64 is not as expected" :
					      "the clock that was set is another one");
		return false;
	}
	hostclock_exact = HOSTCLOCK_EXACT_ON;
	/* What was accepted since the last look was not set.  That has the vDSO read lines, too. */
	hostclock_force_resync();
	return true;
}

/**
 * hostclock_tk_set_realtime - set CLOCK_REALTIME, exact to the ns
 *
 * Context: the notification's worker.
 */
void hostclock_tk_set_realtime(void)
{
	if (hostclock_exact == HOSTCLOCK_EXACT_ON ||
	    (hostclock_exact == HOSTCLOCK_EXACT_UNTRIED && hostclock_stock_try()))
		return;
	hostclock_pinned_set();
}

void hostclock_tk_reset_ntp(void)
{
	hostclock_ntp_reset();
}

void hostclock_tk_disarm_leap(void)
{
	hostclock_ntp_disarm_leap();
}

/**
 * hostclock_tk_sync_changed - inform NTP
 *
 * Context: the notification's worker, which starts and stops that.
 */
void hostclock_tk_sync_changed(void)
{
	if (hostclock_exact_prepared)
		hostclock_ntp_sync_soon();
}

int hostclock_tk_enable(enum hostclock_counter which)
{
	return 0;
}

/* Prepare what the kernel allows; return why the vDSO will not read the line page. */
static const char *hostclock_stock_start(void)
{
	const char *why;

	hostclock_caller_start();
	if (!vdso)
		return "module parameter vdso=N";
	if (hostclock_mode() != HOSTCLOCK_MODE_FOLLOW)
		return "only in mode follow";
	why = hostclock_exact_start(hostclock_stock_commit);
	if (why)
		return why;
	hostclock_exact_prepared = true;
	hostclock_exact = HOSTCLOCK_EXACT_UNTRIED;
	hostclock_ntp_start();
	hostclock_ntp_sync_start();
	hostclock_asked_start();
	if (!hostclock_line_page()->mem)
		return "the host gives no line page";
	why = hostclock_vdso_page_start(hostclock_line_page()->phys, hostclock_mono_cs);
	if (why)
		return why;
	hostclock_vdso_prepared = true;
	hostclock_lines_start();
	return NULL;
}

static void hostclock_stock_stop(void)
{
	if (hostclock_vdso_prepared)
		hostclock_vdso_page_stop();
	hostclock_vdso_prepared = false;
	if (hostclock_lines_present())
		hostclock_lines_stop();
	if (hostclock_exact_prepared) {
		hostclock_asked_stop();
		hostclock_ntp_sync_stop();
		hostclock_exact_stop();
	}
	hostclock_ntp_stop();
	hostclock_exact_prepared = false;
	hostclock_exact = HOSTCLOCK_EXACT_OFF;
}

/**
 * hostclock_tk_set_pages - there are pages now, or none any more
 *
 * Context: may sleep.
 */
void hostclock_tk_set_pages(void)
{
	static bool started;
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	if (!!rb.cp == started)
		return;
	started = rb.cp;
	if (!started) {
		hostclock_stock_stop();
		hostclock_vdso_why = "not started";
		return;
	}
	hostclock_vdso_why = hostclock_stock_start();
	if (!hostclock_exact_prepared)
		hostclock_steer_set_asked(false);
	if (hostclock_vdso_why && vdso)
		pr_info("hostclock: the vDSO does not read the clock: %s\n", hostclock_vdso_why);
}

/**
 * hostclock_tk_vdso - does the vDSO read the clock without system calls, or why not
 */
const char *hostclock_tk_vdso(void)
{
	const char *why = hostclock_vdso_why;

	if (!why && hostclock_lines_present())
		why = hostclock_lines_closed();
	return why ?: "on";
}
