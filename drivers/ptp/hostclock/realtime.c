// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose the wall clock is.  It is the host's, until somebody in the guest sets or
 * steers it.  That is obeyed, and for good: the wall clock is detached then, goes
 * on as CLOCK_MONOTONIC does, and does so until it is attached again.
 *
 * Nobody tells us that the clock was set, so it is compared, before anything new
 * is followed, with what the timekeeper was told last.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include "realtime.h"
#include "resync.h"

/* Value of hostclock_realtime_offset_ns: the timekeeper was not told, or maybe not. */
#define HOSTCLOCK_OFFSET_UNKNOWN	S64_MIN

/*
 * Another CPU may be telling the timekeeper something new, or may have read a TSC
 * that is ahead of this one's by a hair, for which the timekeeper makes up.  So it
 * takes that many comparisons in a row to believe it.
 */
#define HOSTCLOCK_REALTIME_TRIES	4

static bool hostclock_detached;
/* REALTIME - the guest's counter, set */
static s64 hostclock_realtime_offset_ns = HOSTCLOCK_OFFSET_UNKNOWN;

/**
 * hostclock_realtime_set_offset - the timekeeper was told: CLOCK_REALTIME - counter
 * @offset_ns: that much
 *
 * Context: any but NMI; nobody can have read the clocks since.
 */
void hostclock_realtime_set_offset(s64 offset_ns)
{
	WRITE_ONCE(hostclock_realtime_offset_ns, offset_ns);
}

/**
 * hostclock_realtime_forget_offset - CLOCK_REALTIME may be anything
 */
void hostclock_realtime_forget_offset(void)
{
	WRITE_ONCE(hostclock_realtime_offset_ns, HOSTCLOCK_OFFSET_UNKNOWN);
}

/**
 * hostclock_realtime_detached - does CLOCK_REALTIME follow no more?
 */
bool hostclock_realtime_detached(void)
{
	return READ_ONCE(hostclock_detached);
}

static bool hostclock_realtime_changed(void)
{
	struct system_time_snapshot snap;
	int tries = HOSTCLOCK_REALTIME_TRIES;
	s64 wall_ns;

	do {
		wall_ns = READ_ONCE(hostclock_realtime_offset_ns);
		if (wall_ns == HOSTCLOCK_OFFSET_UNKNOWN)
			return false;
		ktime_get_snapshot(&snap);
		if (ktime_to_ns(snap.real) - (s64)snap.cycles == wall_ns)
			return false;
	} while (--tries);
	return READ_ONCE(hostclock_realtime_offset_ns) == wall_ns;
}

/**
 * hostclock_realtime_check - see whether the wall clock was set or is steered
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
 * hostclock_realtime_attach_silently - CLOCK_REALTIME may be anything, and follows
 *
 * Context: any; a resync is to be forced then.
 */
void hostclock_realtime_attach_silently(void)
{
	hostclock_realtime_forget_offset();
	WRITE_ONCE(hostclock_detached, false);
}

/**
 * hostclock_realtime_attach - follow the host's clock again, whatever was
 *
 * Context: may sleep; the clock is the host's once the report has run.
 */
void hostclock_realtime_attach(void)
{
	if (hostclock_realtime_detached())
		hostclock_record(BIT(HOSTCLOCK_CHANGED_ATTACHED));
	hostclock_realtime_attach_silently();
	hostclock_force_resync();
}
