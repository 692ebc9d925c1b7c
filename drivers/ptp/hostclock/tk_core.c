// SPDX-License-Identifier: GPL-2.0-only
/*
 * Backend for kernels with timekeeping_reanchor(), whose vDSO reads the pages itself.
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
 * The core converts any delta, but to seconds by repeated subtraction: 2^50 ns, 13
 * days, take 1.1 million steps, about a millisecond.
 */
#define HOSTCLOCK_TK_MAX_DELTA_NS	BIT_ULL(50)

/* The clock page that the vDSO reads */
static const void *hostclock_vdso_page;

/**
 * hostclock_tk_name - the backend, as sysfs names it
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

	/* requests a resync if needed */
	hostclock_counter(HOSTCLOCK_MONO);
	/* accepts new parameters, or waits for the CPU that does */
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
 * hostclock_tk_init - set the clocksources' members that this kernel adds
 * @mono: reads HOSTCLOCK_MONO
 * @raw: reads HOSTCLOCK_RAW
 */
void hostclock_tk_init(struct clocksource *mono, struct clocksource *raw)
{
	hostclock_set_max_delta(HOSTCLOCK_TK_MAX_DELTA_NS);
	/* The core is told of a jump and need not convert it. */
	hostclock_accept_set_max_jump(U64_MAX);
	mono->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_MONO;
	raw->vdso_clock_mode = HOSTCLOCK_VDSO_MODE_RAW;
	mono->get_sync = hostclock_get_sync;
	mono->raw = raw;
	__clocksource_update_freq_scale(raw, 1, NSEC_PER_SEC);
}

/* The vDSO may still have another clock page than the accepted one. */
static void hostclock_vdso_publish_accepted(void)
{
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	hostclock_vdso_set_anchor(rb.cp == hostclock_vdso_page ? &rb.accepted : NULL);
}

/* Called within the timekeeper's write section */
static int hostclock_commit(struct clocksource *cs, struct timekeeping_anchor *a)
{
	const struct hostclock_info *info = hostclock_info();
	struct hostclock_change change = {};

	if (!hostclock_resync_due())
		return -EALREADY;
	if (hostclock_accept(&change)) {
		/* The vDSO must not use rejected pages, either. */
		hostclock_vdso_set_anchor(NULL);
		return -EIO;
	}
	hostclock_vdso_publish_accepted();
	a->mono_jump_ns = change.mono_jump_ns;
	a->boot_jump_ns = change.boot_jump_ns;
	if (hostclock_mode_counter() == HOSTCLOCK_RAW) {
		/* The RAW counter did not jump. */
		a->keep_wall = true;
		return 0;
	}
	a->counter_jump_ns = change.counter_jump_ns;
	if (hostclock_realtime_detached()) {
		a->keep_wall = true;
		return 0;
	}
	hostclock_realtime_set_offset(info->wall_offset_ns);
	a->wall_offset_ns = info->wall_offset_ns;
	a->tai_offset_sec = info->tai_offset_sec;
	a->tai_valid = info->tai_valid;
	return 0;
}

/**
 * hostclock_tk_reanchor - accept the pages and re-anchor the timekeeper
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

void hostclock_tk_set_realtime(void)
{
	/* done by hostclock_tk_reanchor() */
}

/**
 * hostclock_tk_enable - prepare the vDSO for a clocksource
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
 * hostclock_tk_set_pages - map the accepted pages for the vDSO, or none
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
