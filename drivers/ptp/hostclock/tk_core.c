// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kernels whose timekeeping core can be re-anchored, and whose vDSO reads
 * the pages itself.  See compat/tk_stock.c for the others.
 */
#include <linux/kernel.h>
#include <linux/timekeeping_anchor.h>

#include <asm/hostclock.h>

#include <hostclock/clocks.h>

#include "hostclock.h"

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
 */
void hostclock_core_init(void)
{
	struct clocksource *mono = &hostclock_cs[HOSTCLOCK_MONO];
	struct clocksource *raw = &hostclock_cs[HOSTCLOCK_RAW];

	mono->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_MONO;
	raw->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_RAW;
	mono->get_sync = hostclock_get_sync;
	mono->raw = raw;
	__clocksource_update_freq_scale(raw, 1, NSEC_PER_SEC);
}

/*
 * The core converts any delta, but into seconds by repeated subtraction: 2^50 ns,
 * 13 days, are 1.1 million steps, about a millisecond.
 */
#define HOSTCLOCK_CORE_MAX_AHEAD_NS	BIT_ULL(50)

/**
 * hostclock_core_max_ahead_ns - how far a reading may be ahead of the last
 */
u64 notrace hostclock_core_max_ahead_ns(void)
{
	return HOSTCLOCK_CORE_MAX_AHEAD_NS;
}

/**
 * hostclock_core_max_jump_ns - how far the counter may jump in a resync
 *
 * The core is told, and does without converting it.
 */
u64 hostclock_core_max_jump_ns(void)
{
	return U64_MAX;
}

/* The vDSO must not take one clock page for another. */
static void hostclock_publish_anchor(void)
{
	struct hostclock_view v;

	hostclock_view_get(&v);
	hostclock_vdso_set_anchor(v.cp == hostclock.vdso_page ? &v.anchor : NULL);
}

/* Within the timekeeper's write section. */
static int hostclock_commit(struct clocksource *cs, struct timekeeping_anchor *a)
{
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
	if (cs == &hostclock_cs[HOSTCLOCK_RAW]) {
		/* This counter did not jump, whatever the clocks do. */
		a->keep_wall = true;
		return 0;
	}
	a->counter_jump_ns = change.counter_jump_ns;
	if (hostclock_wall_detached()) {
		a->keep_wall = true;
		return 0;
	}
	hostclock_wall_anchored(hostclock.state.wall_offset_ns);
	a->wall_offset_ns = hostclock.state.wall_offset_ns;
	a->tai_offset_sec = hostclock.state.tai_offset_sec;
	a->tai_valid = hostclock.state.tai_valid;
	return 0;
}

/**
 * hostclock_core_reanchor - make the timekeeper follow what the pages say now
 * @kind: that of the current clocksource
 *
 * Context: hard interrupt.
 */
void hostclock_core_reanchor(enum hostclock_counter kind)
{
	int ret = timekeeping_reanchor(&hostclock_cs[kind], hostclock_commit);

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
 * hostclock_core_lent - nothing is lent here
 * @kind: which counter is read
 * @ns: not used
 */
bool notrace hostclock_core_lent(enum hostclock_counter kind, u64 *ns)
{
	return false;
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
	const void *cp = hostclock.view[0].cp;
	phys_addr_t phys = hostclock_clock_phys(cp);

	if (!phys) {
		WRITE_ONCE(hostclock.vdso_page, NULL);
		hostclock_vdso_set_pages(0, 0);
	} else if (!hostclock_vdso_set_pages(phys, hostclock.guest.phys)) {
		WRITE_ONCE(hostclock.vdso_page, cp);
	}
}
