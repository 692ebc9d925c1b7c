// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the pages are not followed, and which content was rejected: it is not checked
 * again until it changes.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include <hostclock/reader.h>

#include "page.h"
#include "rejected.h"

static int hostclock_current_error;
static int hostclock_latest_error;	/* for the log, which may be written later */
static bool hostclock_is_rejected;
static u64 hostclock_rejected_key;	/* hostclock_pages_key() */
static u64 hostclock_rejected_until;	/* guest TSC; 0: until the pages change */

/**
 * hostclock_error - why the pages are not followed; 0 if they are
 */
int notrace hostclock_error(void)
{
	return READ_ONCE(hostclock_current_error);
}

/**
 * hostclock_last_error - the last error, even if it is over
 */
int hostclock_last_error(void)
{
	return READ_ONCE(hostclock_latest_error);
}

/**
 * hostclock_error_set - the pages are not followed any more
 * @error: why
 *
 * Return: true if there was no error before.
 */
bool hostclock_error_set(int error)
{
	WRITE_ONCE(hostclock_latest_error, error);
	return !xchg(&hostclock_current_error, error);
}

/**
 * hostclock_error_clear - an error is over
 * @error: which
 *
 * Return: true if it was the current one.
 */
bool hostclock_error_clear(int error)
{
	return error && cmpxchg(&hostclock_current_error, error, 0) == error;
}

/**
 * hostclock_rejected - was this content of the pages rejected?
 * @key: hostclock_pages_key()
 *
 * Not any more once newer parameters begin, though the page is not written then.
 */
bool notrace hostclock_rejected(u64 key)
{
	u64 until = READ_ONCE(hostclock_rejected_until);

	return READ_ONCE(hostclock_is_rejected) &&
	       READ_ONCE(hostclock_rejected_key) == key &&
	       (!until || (s64)(hostclock_rdtsc() - until) < 0);
}

/**
 * hostclock_rejected_set - this content of the pages is rejected
 * @key: hostclock_pages_key()
 * @until: guest TSC at which newer parameters begin; 0: until the pages change
 *
 * Context: write lock held.
 */
void hostclock_rejected_set(u64 key, u64 until)
{
	WRITE_ONCE(hostclock_rejected_until, until);
	WRITE_ONCE(hostclock_rejected_key, key);
	WRITE_ONCE(hostclock_is_rejected, true);
}

void hostclock_rejected_clear(void)
{
	WRITE_ONCE(hostclock_is_rejected, false);
}

void hostclock_rejected_forget(void)
{
	hostclock_is_rejected = false;
	hostclock_current_error = 0;
	hostclock_latest_error = 0;
}
