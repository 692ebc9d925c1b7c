// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who owns CLOCK_REALTIME.  It follows the host's clock until somebody in the guest
 * sets or steers it.  Then it is detached: it advances with CLOCK_MONOTONIC until it
 * is attached again.
 *
 * The kernel does not tell drivers that the clock was set.  So before each resync it
 * is compared with what was last set by the driver.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include "realtime.h"
#include "resync.h"
#include "systime.h"

/* hostclock_realtime_offset_ns while the driver does not know it */
#define HOSTCLOCK_OFFSET_UNKNOWN	S64_MIN

/*
 * A single difference proves nothing: another CPU may be setting the clock for the
 * driver, or cross-CPU TSC skew may have made the timekeeper hold its reading.
 */
#define HOSTCLOCK_REALTIME_TRIES	4

static bool hostclock_detached;
/* REALTIME - MONOTONIC counter, as set by the driver */
static s64 hostclock_realtime_offset_ns = HOSTCLOCK_OFFSET_UNKNOWN;

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
}

bool hostclock_realtime_detached(void)
{
	return READ_ONCE(hostclock_detached);
}

static bool hostclock_realtime_changed(void)
{
	struct system_time_snapshot snap;
	int tries = HOSTCLOCK_REALTIME_TRIES;
	s64 offset_ns;

	do {
		offset_ns = READ_ONCE(hostclock_realtime_offset_ns);
		if (offset_ns == HOSTCLOCK_OFFSET_UNKNOWN)
			return false;
		hostclock_systime_get(&snap);
		if (hostclock_systime_real_ns(&snap) - (s64)snap.cycles == offset_ns)
			return false;
	} while (--tries);
	return READ_ONCE(hostclock_realtime_offset_ns) == offset_ns;
}

/**
 * hostclock_realtime_check - detach CLOCK_REALTIME if somebody set or steered it
 *
 * Context: any but NMI and the timekeeper's write side.
 */
void hostclock_realtime_check(void)
{
	if (hostclock_realtime_detached() || !hostclock_realtime_changed())
		return;
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
