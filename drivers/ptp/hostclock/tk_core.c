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
#include "refused.h"
#include "resync.h"
#include "seen.h"
#include "tk.h"
#include "wall.h"

/*
 * The core converts any delta, but into seconds by repeated subtraction: 2^50 ns,
 * 13 days, are 1.1 million steps, about a millisecond.
 */
#define HOSTCLOCK_CORE_MAX_AHEAD_NS	BIT_ULL(50)

/* The clock page that the vDSO has */
static const void *hostclock_vdso_page;

/**
 * hostclock_core_name - what this kernel's timekeeping core can do, by name
 */
const char *hostclock_core_name(void)
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
	struct hostclock_sync_quality trust;
	struct hostclock_view v;
	bool stale;

	/* asks for a resync if it must */
	hostclock_counter(HOSTCLOCK_MONO);
	/* takes over what is new, or waits for who is at it */
	stale = hostclock_stale();
	hostclock_view_get(&v);
	hostclock_sync_quality_at(&v.set, hostclock_rdtsc() - v.anchor.tsc_offset,
				  &trust);
	sync->synced = trust.synchronized && !stale;
	sync->pending = stale && !hostclock_known_refused();
	sync->maxerror_us = hostclock_us(trust.maxerror_ns);
	sync->esterror_us = hostclock_us(le64_to_cpu(v.set.maxerror_ns));
	return true;
}

/**
 * hostclock_core_init - fit the clocksources to this kernel
 * @mono: counts HOSTCLOCK_MONO
 * @raw: counts HOSTCLOCK_RAW
 */
void hostclock_core_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_ahead(HOSTCLOCK_CORE_MAX_AHEAD_NS);
	/* The core is told of a jump, and does without converting it. */
	hostclock_accept_set_max_jump(U64_MAX);
	mono->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_MONO;
	raw->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_RAW;
	mono->get_sync = hostclock_get_sync;
	mono->raw = raw;
	__clocksource_update_freq_scale(raw, 1, NSEC_PER_SEC);
}

/* The vDSO must not take one clock page for another. */
static void hostclock_publish_anchor(void)
{
	struct hostclock_view v;

	hostclock_view_get(&v);
	hostclock_vdso_set_anchor(v.cp == hostclock_vdso_page ? &v.anchor : NULL);
}

/* Within the timekeeper's write section. */
static int hostclock_commit(struct clocksource *cs, struct timekeeping_anchor *a)
{
	const struct hostclock_state *state = hostclock_state();
	struct hostclock_change change = {};

	if (!hostclock_resync_due())
		return -EALREADY;
	if (hostclock_accept(&change)) {
		/* Like the kernel, the vDSO does without the page now. */
		hostclock_vdso_set_anchor(NULL);
		return -EIO;
	}
	hostclock_publish_anchor();
	a->mono_jump_ns = change.mono_jump_ns;
	a->boot_jump_ns = change.boot_jump_ns;
	if (hostclock_mode_counter() == HOSTCLOCK_RAW) {
		/* This counter did not jump, whatever the clocks do. */
		a->keep_wall = true;
		return 0;
	}
	a->counter_jump_ns = change.counter_jump_ns;
	if (hostclock_wall_detached()) {
		a->keep_wall = true;
		return 0;
	}
	hostclock_wall_anchored(state->wall_offset_ns);
	a->wall_offset_ns = state->wall_offset_ns;
	a->tai_offset_sec = state->tai_offset_sec;
	a->tai_valid = state->tai_valid;
	return 0;
}

/**
 * hostclock_core_reanchor - make the timekeeper follow what the pages say now
 * @cs: the current clocksource
 *
 * Context: hard interrupt.
 */
void hostclock_core_reanchor(struct clocksource *cs)
{
	int ret = timekeeping_reanchor(cs, hostclock_commit);

	if (!ret) {
		hostclock_wall_taken();
	} else if (ret == -EINVAL) {
		hostclock_wall_forget();
		hostclock_refuse(HOSTCLOCK_FAULT_WALL);
	}
}

/**
 * hostclock_core_set_wall - nothing: the wall clock was set along with the rest
 */
void hostclock_core_set_wall(void)
{
}

/**
 * hostclock_core_enable - a clocksource is about to be used
 * @kind: which
 *
 * Context: all CPUs stopped.
 */
int hostclock_core_enable(enum hostclock_counter kind)
{
	int ret = hostclock_vdso_enable(HOSTCLOCK_RAW, hostclock_vdso_base_get);

	if (!ret && kind == HOSTCLOCK_MONO)
		ret = hostclock_vdso_enable(HOSTCLOCK_MONO, hostclock_vdso_base_get);
	hostclock_publish_anchor();
	return ret;
}

/**
 * hostclock_core_set_pages - give the vDSO the pages of the view, or none
 *
 * Context: may sleep.
 */
void hostclock_core_set_pages(void)
{
	struct hostclock_view v;
	phys_addr_t phys;

	hostclock_view_get(&v);
	phys = hostclock_clock_phys(v.cp);
	if (!phys) {
		WRITE_ONCE(hostclock_vdso_page, NULL);
		hostclock_vdso_set_pages(0, 0);
	} else if (!hostclock_vdso_set_pages(phys, hostclock_guest_page()->phys)) {
		WRITE_ONCE(hostclock_vdso_page, v.cp);
	}
}
