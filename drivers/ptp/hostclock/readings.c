// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has seen of the counters, and how much of them it can take in.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>

#include "readings.h"

/* By enum hostclock_counter */
static u64 hostclock_last[2];		/* the highest reading, about */
static bool hostclock_in_use[2];		/* by the timekeeper */

static u64 hostclock_vdso_tsc;		/* guest TSC */
static u64 hostclock_max_delta_ns;

/**
 * hostclock_last_reading - what a counter was last, less at most HOSTCLOCK_RECORD_INTERVAL_NS
 * @which: counter
 */
u64 notrace hostclock_last_reading(enum hostclock_counter which)
{
	return READ_ONCE(hostclock_last[which]);
}

/**
 * hostclock_set_last_reading - what it is, even if that is less than before
 * @which: counter
 * @ns: that
 */
void notrace hostclock_set_last_reading(enum hostclock_counter which, u64 ns)
{
	WRITE_ONCE(hostclock_last[which], ns);
}

/**
 * hostclock_record_reading - note a reading if it is HOSTCLOCK_RECORD_INTERVAL_NS above the last
 * @which: of which counter
 * @ns: the reading
 *
 * Return: the reading.
 */
u64 notrace hostclock_record_reading(enum hostclock_counter which, u64 ns)
{
	if ((s64)(ns - hostclock_last_reading(which)) >= (s64)HOSTCLOCK_RECORD_INTERVAL_NS)
		hostclock_set_last_reading(which, ns);
	return ns;
}

/**
 * hostclock_vdso_update_tsc - guest TSC of the last vDSO update; 0: there was none
 */
u64 notrace hostclock_vdso_update_tsc(void)
{
	return READ_ONCE(hostclock_vdso_tsc);
}

/**
 * hostclock_set_vdso_update_tsc - the vDSO is updated
 * @tsc: guest TSC
 */
void hostclock_set_vdso_update_tsc(u64 tsc)
{
	WRITE_ONCE(hostclock_vdso_tsc, tsc);
}

/**
 * hostclock_counter_in_use - does the timekeeper count with this?
 * @which: HOSTCLOCK_MONO or HOSTCLOCK_RAW, as a clocksource of its own
 */
bool notrace hostclock_counter_in_use(enum hostclock_counter which)
{
	return READ_ONCE(hostclock_in_use[which]);
}

/**
 * hostclock_counter_set_in_use - it does, or not any more
 * @which: counter
 * @on: which of both
 */
void hostclock_counter_set_in_use(enum hostclock_counter which, bool on)
{
	WRITE_ONCE(hostclock_in_use[which], on);
}

/**
 * hostclock_set_max_delta - how far the timekeeper lets a reading be ahead of the last
 * @ns: so far
 */
void hostclock_set_max_delta(u64 ns)
{
	hostclock_max_delta_ns = ns;
}

/**
 * hostclock_exceeds_max_delta - is that more than a timekeeper that counts with us can take in?
 * @which: counter
 * @ns: what it would be
 */
bool notrace hostclock_exceeds_max_delta(enum hostclock_counter which, u64 ns)
{
	return (s64)(ns - hostclock_last_reading(which)) > (s64)hostclock_max_delta_ns &&
	       (hostclock_counter_in_use(HOSTCLOCK_MONO) ||
		hostclock_counter_in_use(HOSTCLOCK_RAW));
}
