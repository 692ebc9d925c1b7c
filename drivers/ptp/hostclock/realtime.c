// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who owns CLOCK_REALTIME, and CLOCK_TAI with it.  They follow the host's clock until
 * somebody in the guest sets or steers one of them.  Then they are detached: they advance
 * with CLOCK_MONOTONIC until they are attached again.
 *
 * What the guest's kernel does by itself, because it believes to keep the time (a leap
 * second, the time zone of a local RTC, the time of the RTC at boot), is nobody's wish, and
 * undone.
 *
 * The kernel does not tell drivers who set the clock.  So it is compared with what was
 * last set by the driver: whenever the timekeeper changed, and before each resync.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/time.h>
#include <linux/timekeeping.h>

#include "realtime.h"
#include "resync.h"
#include "systime.h"

/* hostclock_realtime_offset_ns while the driver does not know it */
#define HOSTCLOCK_OFFSET_UNKNOWN	S64_MIN

/*
 * A single difference proves nothing: another CPU may be setting the clock for the
 * driver.  Nor do more while the timekeeper holds its reading, because the counter is
 * before what it read last: by cross-CPU TSC skew, or a page that does not continue.
 */
#define HOSTCLOCK_REALTIME_TRIES	4

static bool hostclock_detached;
/* REALTIME - MONOTONIC counter, as set by the driver */
static s64 hostclock_realtime_offset_ns = HOSTCLOCK_OFFSET_UNKNOWN;
/* CPUs that set the clock, and do not know yet whether the kernel refuses */
static atomic_t hostclock_realtime_setters;
/* Somebody may have set it meanwhile, and was taken for one of them. */
static bool hostclock_realtime_doubt;
/* TAI - REALTIME, likewise; unknown if the driver has left it to the guest */
static s32 hostclock_tai_sec = HOSTCLOCK_TAI_UNKNOWN;
/* The timekeeper changed to something that the driver has not set. */
static bool hostclock_suspicion;

/* How far the guest's clocks are off what the driver set */
struct hostclock_shift {
	s64 real_ns;
	s32 tai_sec;	/* of TAI - REALTIME */
	bool tai_known;
};

/**
 * hostclock_realtime_set_offset - the driver sets CLOCK_REALTIME
 * @offset_ns: REALTIME - MONOTONIC counter
 *
 * Context: any but NMI, before anybody can read the new time.
 */
void hostclock_realtime_set_offset(s64 offset_ns)
{
	WRITE_ONCE(hostclock_realtime_offset_ns, offset_ns);
}

/**
 * hostclock_realtime_forget_offset - do not take the next difference for a set clock
 */
void hostclock_realtime_forget_offset(void)
{
	WRITE_ONCE(hostclock_realtime_offset_ns, HOSTCLOCK_OFFSET_UNKNOWN);
	WRITE_ONCE(hostclock_tai_sec, HOSTCLOCK_TAI_UNKNOWN);
}

/**
 * hostclock_realtime_set_tai - the driver sets CLOCK_TAI, after CLOCK_REALTIME
 * @offset_sec: TAI - REALTIME
 *
 * Context: as for hostclock_realtime_set_offset().
 */
void hostclock_realtime_set_tai(s32 offset_sec)
{
	WRITE_ONCE(hostclock_tai_sec, offset_sec);
}

/*
 * Does the driver set the clock, and not know yet whether the kernel refuses it?  Asked if it
 * is not what the driver set last: hostclock_realtime_set_end() has that looked at again.
 */
static bool hostclock_realtime_being_set(void)
{
	/* pairs with the full barrier in hostclock_realtime_set_end(): one sees the other's */
	smp_store_mb(hostclock_realtime_doubt, true);
	return atomic_read_acquire(&hostclock_realtime_setters);
}

/**
 * hostclock_realtime_expected - may this be what the driver has set, if anything?
 * @offset_ns: REALTIME - MONOTONIC counter
 * @tai_sec: TAI - REALTIME
 *
 * While the driver sets it anything may: what the kernel refuses differs each time, and
 * resyncs would follow without end.
 *
 * Context: any.
 */
bool hostclock_realtime_expected(s64 offset_ns, s32 tai_sec)
{
	s64 want_ns = READ_ONCE(hostclock_realtime_offset_ns);
	s32 want_sec = READ_ONCE(hostclock_tai_sec);

	return want_ns == HOSTCLOCK_OFFSET_UNKNOWN ||
	       (offset_ns == want_ns &&
		(want_sec == HOSTCLOCK_TAI_UNKNOWN || tai_sec == want_sec)) ||
	       hostclock_realtime_being_set();
}

/**
 * hostclock_realtime_suspect - have hostclock_realtime_check() called soon
 *
 * Context: any, the timekeeper's write section included.
 */
void hostclock_realtime_suspect(void)
{
	WRITE_ONCE(hostclock_suspicion, true);
	hostclock_resync_raise();
}

bool hostclock_realtime_take_suspicion(void)
{
	return READ_ONCE(hostclock_suspicion) && xchg(&hostclock_suspicion, false);
}

/**
 * hostclock_realtime_set_begin - the clock may differ from the offset until
 *	hostclock_realtime_set_end(), if the kernel refuses it
 */
void hostclock_realtime_set_begin(void)
{
	atomic_inc_return(&hostclock_realtime_setters);
}

/**
 * hostclock_realtime_set_end - it is what the driver has set, or the offset is forgotten
 *
 * Context: any but NMI and the timekeeper's write section.
 */
void hostclock_realtime_set_end(void)
{
	/* full barriers both, see hostclock_realtime_being_set() */
	if (atomic_dec_and_test(&hostclock_realtime_setters) &&
	    xchg(&hostclock_realtime_doubt, false))
		hostclock_realtime_suspect();
}

bool hostclock_realtime_detached(void)
{
	return READ_ONCE(hostclock_detached);
}

/* TAI - REALTIME as the kernel has it */
static s32 hostclock_kernel_tai_sec(void)
{
	s64 ns = ktime_mono_to_any(0, TK_OFFS_TAI) - ktime_mono_to_any(0, TK_OFFS_REAL);

	return div_s64(ns, NSEC_PER_SEC);
}

static bool hostclock_realtime_changed(struct hostclock_shift *shift)
{
	struct system_time_snapshot snap;
	int tries = HOSTCLOCK_REALTIME_TRIES;
	s64 offset_ns, real_ns, before_ns = 0;
	s32 tai_sec;
	bool held;

	do {
		offset_ns = READ_ONCE(hostclock_realtime_offset_ns);
		if (offset_ns == HOSTCLOCK_OFFSET_UNKNOWN)
			return false;
		tai_sec = READ_ONCE(hostclock_tai_sec);
		shift->tai_known = tai_sec != HOSTCLOCK_TAI_UNKNOWN;
		shift->tai_sec = shift->tai_known ? hostclock_kernel_tai_sec() - tai_sec : 0;
		hostclock_systime_get(&snap);
		real_ns = hostclock_systime_real_ns(&snap);
		shift->real_ns = real_ns - (s64)snap.cycles - offset_ns;
		if (!shift->real_ns && !shift->tai_sec)
			return false;
		held = real_ns == before_ns;
		before_ns = real_ns;
	} while (--tries);
	return !held && !hostclock_realtime_being_set() &&
	       READ_ONCE(hostclock_realtime_offset_ns) == offset_ns &&
	       READ_ONCE(hostclock_tai_sec) == tai_sec;
}

/* NTP's leap second: TAI goes on. */
static bool hostclock_is_leap(const struct hostclock_shift *shift)
{
	s32 sec = shift->tai_known ? -shift->tai_sec : shift->real_ns < 0 ? -1 : 1;

	return abs(sec) == 1 && shift->real_ns == sec * NSEC_PER_SEC;
}

/*
 * A local RTC's time zone.  The kernel does that once, at the first settimeofday() that
 * gives a time zone and no time.
 */
static bool hostclock_is_warp(const struct hostclock_shift *shift)
{
	static bool warped;
	s64 warp_ns = sys_tz.tz_minuteswest * 60LL * NSEC_PER_SEC;

	if (!warp_ns || shift->real_ns != warp_ns || shift->tai_sec)
		return false;
	return !xchg(&warped, true);
}

/**
 * hostclock_realtime_check - detach CLOCK_REALTIME if somebody set or steered it
 *
 * Also if it was CLOCK_TAI.  What the kernel did by itself is undone by a resync.
 *
 * Context: any but NMI and the timekeeper's write side.
 */
void hostclock_realtime_check(void)
{
	struct hostclock_shift shift;
	bool kept;

	if (hostclock_realtime_detached() || !hostclock_realtime_changed(&shift))
		return;
	kept = hostclock_is_leap(&shift) || hostclock_is_warp(&shift);
	/* While the kernel boots, it is the RTC's driver: no news. */
	if (kept || system_state < SYSTEM_RUNNING) {
		hostclock_realtime_forget_offset();
		if (kept)
			hostclock_record(BIT(HOSTCLOCK_CHANGED_KEPT));
		hostclock_force_resync();
		return;
	}
	WRITE_ONCE(hostclock_detached, true);
	hostclock_record(BIT(HOSTCLOCK_CHANGED_DETACHED));
	hostclock_resync_raise();
}

/**
 * hostclock_realtime_attach_silently - follow the host's clock from the next resync on
 *
 * Context: any; the caller forces a resync.
 */
void hostclock_realtime_attach_silently(void)
{
	hostclock_realtime_forget_offset();
	WRITE_ONCE(hostclock_detached, false);
}

/**
 * hostclock_realtime_attach - follow the host's clock again
 *
 * Context: any; done when the notification has run.
 */
void hostclock_realtime_attach(void)
{
	if (hostclock_realtime_detached())
		hostclock_record(BIT(HOSTCLOCK_CHANGED_ATTACHED));
	hostclock_realtime_attach_silently();
	hostclock_force_resync();
}
