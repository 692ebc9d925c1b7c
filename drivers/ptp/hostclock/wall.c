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

#include "resync.h"
#include "wall.h"

/* Value of hostclock_wall_ns: the timekeeper was not told, or maybe not. */
#define HOSTCLOCK_WALL_UNKNOWN	S64_MIN

/*
 * Another CPU may be telling the timekeeper something new, or may have read a TSC
 * that is ahead of this one's by a hair, for which the timekeeper makes up.  So it
 * takes that many comparisons in a row to believe it.
 */
#define HOSTCLOCK_WALL_TRIES	4

static bool hostclock_detached;
/* REALTIME - the guest's counter, set */
static s64 hostclock_wall_ns = HOSTCLOCK_WALL_UNKNOWN;

/**
 * hostclock_wall_anchored - the timekeeper was told: CLOCK_REALTIME - counter
 * @offset_ns: that much
 *
 * Context: any but NMI; nobody can have read the clocks since.
 */
void hostclock_wall_anchored(s64 offset_ns)
{
	WRITE_ONCE(hostclock_wall_ns, offset_ns);
}

/**
 * hostclock_wall_forget - CLOCK_REALTIME may be anything
 */
void hostclock_wall_forget(void)
{
	WRITE_ONCE(hostclock_wall_ns, HOSTCLOCK_WALL_UNKNOWN);
}

/**
 * hostclock_wall_detached - does CLOCK_REALTIME follow no more?
 */
bool hostclock_wall_detached(void)
{
	return READ_ONCE(hostclock_detached);
}

static bool hostclock_wall_off(void)
{
	struct system_time_snapshot snap;
	int tries = HOSTCLOCK_WALL_TRIES;
	s64 wall_ns;

	do {
		wall_ns = READ_ONCE(hostclock_wall_ns);
		if (wall_ns == HOSTCLOCK_WALL_UNKNOWN)
			return false;
		ktime_get_snapshot(&snap);
		if (ktime_to_ns(snap.real) - (s64)snap.cycles == wall_ns)
			return false;
	} while (--tries);
	return READ_ONCE(hostclock_wall_ns) == wall_ns;
}

/**
 * hostclock_wall_check - see whether the wall clock was set or is steered
 *
 * Context: any but NMI and the timekeeper's write side.
 */
void hostclock_wall_check(void)
{
	if (hostclock_wall_detached() || !hostclock_wall_off())
		return;
	WRITE_ONCE(hostclock_detached, true);
	hostclock_record(BIT(HOSTCLOCK_CHANGED_DETACHED));
	hostclock_resync_raise();
}

/**
 * hostclock_wall_attach_quietly - CLOCK_REALTIME may be anything, and follows
 *
 * Context: any; a resync is to be forced then.
 */
void hostclock_wall_attach_quietly(void)
{
	hostclock_wall_forget();
	WRITE_ONCE(hostclock_detached, false);
}

/**
 * hostclock_wall_attach - follow the host's clock again, whatever was
 *
 * Context: may sleep; the clock is the host's once the report has run.
 */
void hostclock_wall_attach(void)
{
	if (hostclock_wall_detached())
		hostclock_record(BIT(HOSTCLOCK_CHANGED_ATTACHED));
	hostclock_wall_attach_quietly();
	hostclock_force_resync();
}
