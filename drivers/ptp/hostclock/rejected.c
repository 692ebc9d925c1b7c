// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the pages are not followed, and how they were when they were refused: they are
 * not judged again until they change.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include <hostclock/reader.h>

#include "page.h"
#include "rejected.h"

static int hostclock_current_error;
static int hostclock_latest_error;	/* for the log: it may be over by then */
static bool hostclock_is_rejected;	/* the pages, as the key found them */
static u64 hostclock_rejected_key;
static u64 hostclock_rejected_until;	/* guest TSC; 0: until they change */

/**
 * hostclock_error - why the pages are not followed, 0 if they are
 */
int notrace hostclock_error(void)
{
	return READ_ONCE(hostclock_current_error);
}

/**
 * hostclock_last_error - why they were not the last time
 */
int hostclock_last_error(void)
{
	return READ_ONCE(hostclock_latest_error);
}

/**
 * hostclock_error_set - they are not followed
 * @error: for this reason
 *
 * Return: were they until now?
 */
bool hostclock_error_set(int error)
{
	WRITE_ONCE(hostclock_latest_error, error);
	return !xchg(&hostclock_current_error, error);
}

/**
 * hostclock_error_clear - this fault is over
 * @error: which
 *
 * Return: was it there?
 */
bool hostclock_error_clear(int error)
{
	return error && cmpxchg(&hostclock_current_error, error, 0) == error;
}

/**
 * hostclock_rejected - are the pages still as they were when refused?
 * @key: hostclock_pages_key()
 *
 * They are not, though none is written, once a set begins that was not looked at.
 */
bool notrace hostclock_rejected(u64 key)
{
	u64 until = READ_ONCE(hostclock_rejected_until);

	return READ_ONCE(hostclock_is_rejected) &&
	       READ_ONCE(hostclock_rejected_key) == key &&
	       (!until || (s64)(hostclock_rdtsc() - until) < 0);
}

/**
 * hostclock_rejected_set - the pages are refused
 * @key: as this found them
 * @until: guest TSC at which another set begins; 0: until they change
 *
 * Context: one at a time.
 */
void hostclock_rejected_set(u64 key, u64 until)
{
	WRITE_ONCE(hostclock_rejected_until, until);
	WRITE_ONCE(hostclock_rejected_key, key);
	WRITE_ONCE(hostclock_is_rejected, true);
}

/**
 * hostclock_rejected_clear - the pages are accepted
 */
void hostclock_rejected_clear(void)
{
	WRITE_ONCE(hostclock_is_rejected, false);
}

/**
 * hostclock_rejected_forget - there are no pages
 */
void hostclock_rejected_forget(void)
{
	hostclock_is_rejected = false;
	hostclock_current_error = 0;
	hostclock_latest_error = 0;
}
