// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has seen of the counters, and how much of them it can take in.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>

#include "seen.h"

/* By enum hostclock_counter */
static u64 hostclock_last[2];		/* the highest reading, about */
static bool hostclock_used[2];		/* by the timekeeper */

static u64 hostclock_seen;		/* guest TSC */
static u64 hostclock_max_ahead_ns;

/**
 * hostclock_last_ns - what a counter was last, less at most HOSTCLOCK_NOTE_NS
 * @kind: which
 */
u64 notrace hostclock_last_ns(enum hostclock_counter kind)
{
	return READ_ONCE(hostclock_last[kind]);
}

/**
 * hostclock_last_ns_set - what it is, even if that is less than before
 * @kind: which
 * @ns: that
 */
void notrace hostclock_last_ns_set(enum hostclock_counter kind, u64 ns)
{
	WRITE_ONCE(hostclock_last[kind], ns);
}

/**
 * hostclock_note - note a reading if it is HOSTCLOCK_NOTE_NS above the last
 * @kind: of which counter
 * @ns: the reading
 *
 * Return: the reading.
 */
u64 notrace hostclock_note(enum hostclock_counter kind, u64 ns)
{
	if ((s64)(ns - hostclock_last_ns(kind)) >= (s64)HOSTCLOCK_NOTE_NS)
		hostclock_last_ns_set(kind, ns);
	return ns;
}

/**
 * hostclock_seen_tsc - guest TSC of the last vDSO update; 0: there was none
 */
u64 notrace hostclock_seen_tsc(void)
{
	return READ_ONCE(hostclock_seen);
}

/**
 * hostclock_seen_set - the vDSO is updated
 * @tsc: guest TSC
 */
void hostclock_seen_set(u64 tsc)
{
	WRITE_ONCE(hostclock_seen, tsc);
}

/**
 * hostclock_counter_used - does the timekeeper count with this?
 * @kind: HOSTCLOCK_MONO or HOSTCLOCK_RAW, as a clocksource of its own
 */
bool notrace hostclock_counter_used(enum hostclock_counter kind)
{
	return READ_ONCE(hostclock_used[kind]);
}

/**
 * hostclock_counter_set_used - it does, or not any more
 * @kind: which
 * @on: which of both
 */
void hostclock_counter_set_used(enum hostclock_counter kind, bool on)
{
	WRITE_ONCE(hostclock_used[kind], on);
}

/**
 * hostclock_set_max_ahead - how far the timekeeper lets a reading be ahead of the last
 * @ns: so far
 */
void hostclock_set_max_ahead(u64 ns)
{
	hostclock_max_ahead_ns = ns;
}

/**
 * hostclock_too_far - is that more than a timekeeper that counts with us can take in?
 * @kind: which counter
 * @ns: what it would be
 */
bool notrace hostclock_too_far(enum hostclock_counter kind, u64 ns)
{
	return (s64)(ns - hostclock_last_ns(kind)) > (s64)hostclock_max_ahead_ns &&
	       (hostclock_counter_used(HOSTCLOCK_MONO) ||
		hostclock_counter_used(HOSTCLOCK_RAW));
}
