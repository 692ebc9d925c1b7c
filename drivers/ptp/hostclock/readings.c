// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last readings of the counters, and how far the next may be ahead of them.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>

#include "readings.h"

/* By enum hostclock_counter */
static u64 hostclock_last[2];
static bool hostclock_in_use[2];	/* as the current clocksource */

static u64 hostclock_max_delta_ns;
static bool hostclock_core_asleep;	/* see hostclock_set_asleep() */
static bool (*hostclock_idle)(void);	/* see hostclock_set_idle() */

/**
 * hostclock_last_reading - the last recorded reading
 * @which: counter
 *
 * Real readings may be HOSTCLOCK_RECORD_INTERVAL_NS above it.
 */
u64 notrace hostclock_last_reading(enum hostclock_counter which)
{
	return READ_ONCE(hostclock_last[which]);
}

void notrace hostclock_set_last_reading(enum hostclock_counter which, u64 ns)
{
	WRITE_ONCE(hostclock_last[which], ns);
}

/**
 * hostclock_record_reading - record a reading unless it is near the last
 * @which: counter
 * @ns: the reading
 *
 * Return: @ns.
 */
u64 notrace hostclock_record_reading(enum hostclock_counter which, u64 ns)
{
	if ((s64)(ns - hostclock_last_reading(which)) >= (s64)HOSTCLOCK_RECORD_INTERVAL_NS)
		hostclock_set_last_reading(which, ns);
	return ns;
}

/**
 * hostclock_counter_in_use - is it read by the current clocksource?
 * @which: counter
 */
bool notrace hostclock_counter_in_use(enum hostclock_counter which)
{
	return READ_ONCE(hostclock_in_use[which]);
}

void hostclock_counter_set_in_use(enum hostclock_counter which, bool on)
{
	WRITE_ONCE(hostclock_in_use[which], on);
}

/**
 * hostclock_set_asleep - the guest suspends, or the first resync after that is done
 * @on: does it suspend?
 */
void hostclock_set_asleep(bool on)
{
	WRITE_ONCE(hostclock_core_asleep, on);
}

/**
 * hostclock_asleep - does the guest sleep, or resume?
 *
 * The core converts any delta then, and nobody has read a clock.
 */
bool notrace hostclock_asleep(void)
{
	return READ_ONCE(hostclock_core_asleep);
}

/**
 * hostclock_set_idle - tell that the vDSO reads the pages
 * @idle: does no CPU run a program?  Called from any context.
 */
void hostclock_set_idle(bool (*idle)(void))
{
	hostclock_idle = idle;
}

/**
 * hostclock_vdso_unread - can nobody have read a clock through the vDSO of late?
 */
bool notrace hostclock_vdso_unread(void)
{
	return !hostclock_idle || hostclock_idle() || hostclock_asleep() ||
	       !(hostclock_counter_in_use(HOSTCLOCK_MONO) ||
		 hostclock_counter_in_use(HOSTCLOCK_RAW));
}

/**
 * hostclock_set_max_delta - tell what the timekeeping core can convert
 * @ns: the most that a reading may be ahead of the last
 */
void hostclock_set_max_delta(u64 ns)
{
	hostclock_max_delta_ns = ns;
}

/**
 * hostclock_exceeds_max_delta - would the timekeeping core fail to convert it?
 * @which: counter
 * @ns: a reading
 */
bool notrace hostclock_exceeds_max_delta(enum hostclock_counter which, u64 ns)
{
	return (s64)(ns - hostclock_last_reading(which)) > (s64)hostclock_max_delta_ns &&
	       !hostclock_asleep() &&
	       (hostclock_counter_in_use(HOSTCLOCK_MONO) ||
		hostclock_counter_in_use(HOSTCLOCK_RAW));
}
