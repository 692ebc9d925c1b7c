// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the pages are not followed, and how they were when they were refused: they are
 * not judged again until they change.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include <hostclock/reader.h>

#include "page.h"
#include "refused.h"

static int hostclock_the_fault;
static int hostclock_the_last_fault;	/* for the log: it may be over by then */
static bool hostclock_is_refused;	/* the pages, as the key found them */
static u64 hostclock_refused_key;
static u64 hostclock_refused_until;	/* guest TSC; 0: until they change */

/**
 * hostclock_fault - why the pages are not followed, 0 if they are
 */
int notrace hostclock_fault(void)
{
	return READ_ONCE(hostclock_the_fault);
}

/**
 * hostclock_last_fault - why they were not the last time
 */
int hostclock_last_fault(void)
{
	return READ_ONCE(hostclock_the_last_fault);
}

/**
 * hostclock_fault_set - they are not followed
 * @fault: for this reason
 *
 * Return: were they until now?
 */
bool hostclock_fault_set(int fault)
{
	WRITE_ONCE(hostclock_the_last_fault, fault);
	return !xchg(&hostclock_the_fault, fault);
}

/**
 * hostclock_fault_clear - this fault is over
 * @fault: which
 *
 * Return: was it there?
 */
bool hostclock_fault_clear(int fault)
{
	return fault && cmpxchg(&hostclock_the_fault, fault, 0) == fault;
}

/**
 * hostclock_refused - are the pages still as they were when refused?
 * @key: hostclock_pages_key()
 *
 * They are not, though none is written, once a set begins that was not looked at.
 */
bool notrace hostclock_refused(u64 key)
{
	u64 until = READ_ONCE(hostclock_refused_until);

	return READ_ONCE(hostclock_is_refused) &&
	       READ_ONCE(hostclock_refused_key) == key &&
	       (!until || (s64)(hostclock_rdtsc() - until) < 0);
}

/**
 * hostclock_refused_set - the pages are refused
 * @key: as this found them
 * @until: guest TSC at which another set begins; 0: until they change
 *
 * Context: one at a time.
 */
void hostclock_refused_set(u64 key, u64 until)
{
	WRITE_ONCE(hostclock_refused_until, until);
	WRITE_ONCE(hostclock_refused_key, key);
	WRITE_ONCE(hostclock_is_refused, true);
}

/**
 * hostclock_refused_clear - the pages are accepted
 */
void hostclock_refused_clear(void)
{
	WRITE_ONCE(hostclock_is_refused, false);
}

/**
 * hostclock_refused_forget - there are no pages
 */
void hostclock_refused_forget(void)
{
	hostclock_is_refused = false;
	hostclock_the_fault = 0;
	hostclock_the_last_fault = 0;
}
