// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kernels whose timekeeping core can be re-anchored, and whose vDSO reads
 * the pages itself.  See compat/tk_stock.c for the others.
 */
#include <linux/kernel.h>
#include <linux/timekeeping_anchor.h>

#include <asm/hostclock.h>

#include <hostclock/clocks.h>

#include "accept.h"
#include "counter.h"
#include "page.h"
#include "params.h"
#include "readings.h"
#include "realtime.h"
#include "rejected.h"
#include "resync.h"
#include "tk.h"

/*
 * The core converts any delta, but into seconds by repeated subtraction: 2^50 ns,
 * 13 days, are 1.1 million steps, about a millisecond.
 */
#define HOSTCLOCK_TK_MAX_DELTA_NS	BIT_ULL(50)

/* The clock page that the vDSO has */
static const void *hostclock_vdso_page;

/**
 * hostclock_tk_name - what this kernel's timekeeping core can do, by name
 */
const char *hostclock_tk_name(void)
{
	return "core";
}

/* At least 1 us; LONG_MAX if it does not fit. */
static long hostclock_us(u64 ns)
{
	u64 us = div_u64(ns, NSEC_PER_USEC) + 1;

	return us > LONG_MAX ? LONG_MAX : us;
}

/* Called with timekeeper_lock held. */
static bool hostclock_get_sync(struct clocksource *cs,
			       struct clocksource_sync *sync)
{
	struct hostclock_sync_quality quality;
	struct hostclock_read_base rb;
	bool stale;

	/* asks for a resync if it must */
	hostclock_counter(HOSTCLOCK_MONO);
	/* takes over what is new, or waits for who is at it */
	stale = hostclock_resync_needed();
	hostclock_read_base_get(&rb);
	hostclock_sync_quality_at(&rb.params, hostclock_rdtsc() - rb.accepted.tsc_offset,
				  &quality);
	sync->synced = quality.synchronized && !stale;
	sync->pending = stale && !hostclock_known_rejected();
	sync->maxerror_us = hostclock_us(quality.maxerror_ns);
	sync->esterror_us = hostclock_us(le64_to_cpu(rb.params.maxerror_ns));
	return true;
}

/**
 * hostclock_tk_init - fit the clocksources to this kernel
 * @mono: counts HOSTCLOCK_MONO
 * @raw: counts HOSTCLOCK_RAW
 */
void hostclock_tk_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_delta(HOSTCLOCK_TK_MAX_DELTA_NS);
	/* The core is told of a jump, and does without converting it. */
	hostclock_accept_set_max_jump(U64_MAX);
	mono->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_MONO;
	raw->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_RAW;
	mono->get_sync = hostclock_get_sync;
	mono->raw = raw;
	__clocksource_update_freq_scale(raw, 1, NSEC_PER_SEC);
}

/* The vDSO must not take one clock page for another. */
static void hostclock_vdso_publish_accepted(void)
{
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	hostclock_vdso_set_anchor(rb.cp == hostclock_vdso_page ? &rb.accepted : NULL);
}

/* Within the timekeeper's write section. */
static int hostclock_commit(struct clocksource *cs, struct timekeeping_anchor *a)
{
	const struct hostclock_info *state = hostclock_info();
	struct hostclock_change change = {};

	if (!hostclock_resync_due())
		return -EALREADY;
	if (hostclock_accept(&change)) {
		/* Like the kernel, the vDSO does without the page now. */
		hostclock_vdso_set_anchor(NULL);
		return -EIO;
	}
	hostclock_vdso_publish_accepted();
	a->mono_jump_ns = change.mono_jump_ns;
	a->boot_jump_ns = change.boot_jump_ns;
	if (hostclock_mode_counter() == HOSTCLOCK_RAW) {
		/* This counter did not jump, whatever the clocks do. */
		a->keep_wall = true;
		return 0;
	}
	a->counter_jump_ns = change.counter_jump_ns;
	if (hostclock_realtime_detached()) {
		a->keep_wall = true;
		return 0;
	}
	hostclock_realtime_set_offset(state->wall_offset_ns);
	a->wall_offset_ns = state->wall_offset_ns;
	a->tai_offset_sec = state->tai_offset_sec;
	a->tai_valid = state->tai_valid;
	return 0;
}

/**
 * hostclock_tk_reanchor - make the timekeeper follow what the pages say now
 * @cs: the current clocksource
 *
 * Context: hard interrupt.
 */
void hostclock_tk_reanchor(struct clocksource *cs)
{
	int ret = timekeeping_reanchor(cs, hostclock_commit);

	if (!ret) {
		hostclock_realtime_accepted();
	} else if (ret == -EINVAL) {
		hostclock_realtime_forget_offset();
		hostclock_reject(HOSTCLOCK_ERR_REALTIME);
	}
}

/**
 * hostclock_tk_set_realtime - nothing: the wall clock was set along with the rest
 */
void hostclock_tk_set_realtime(void)
{
}

/**
 * hostclock_tk_enable - a clocksource is about to be used
 * @which: counter
 *
 * Context: all CPUs stopped.
 */
int hostclock_tk_enable(enum hostclock_counter which)
{
	int ret = hostclock_vdso_enable(HOSTCLOCK_RAW, hostclock_vdso_base_get);

	if (!ret && which == HOSTCLOCK_MONO)
		ret = hostclock_vdso_enable(HOSTCLOCK_MONO, hostclock_vdso_base_get);
	hostclock_vdso_publish_accepted();
	return ret;
}

/**
 * hostclock_tk_set_pages - give the vDSO the pages of the view, or none
 *
 * Context: may sleep.
 */
void hostclock_tk_set_pages(void)
{
	struct hostclock_read_base rb;
	phys_addr_t phys;

	hostclock_read_base_get(&rb);
	phys = hostclock_clock_phys(rb.cp);
	if (!phys) {
		WRITE_ONCE(hostclock_vdso_page, NULL);
		hostclock_vdso_set_pages(0, 0);
	} else if (!hostclock_vdso_set_pages(phys, hostclock_guest_page()->phys)) {
		WRITE_ONCE(hostclock_vdso_page, rb.cp);
	}
}
