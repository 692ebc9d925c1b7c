/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SYNC_H
#define _HOSTCLOCK_SYNC_H

#include <linux/types.h>

/**
 * struct hostclock_sync - what adjtimex() is to say of CLOCK_REALTIME while it follows
 * @synced:	the pages are followed, and say so
 * @pending:	a resync will tell more
 * @maxerror_us: bound of its error against the host's clock, us, at least 1
 * @esterror_us: the same when the parameters were published
 * @maxerror_rate_ppb: how fast that bound grows, ns per second
 */
struct hostclock_sync {
	bool synced;
	bool pending;
	long maxerror_us;
	long esterror_us;
	u32 maxerror_rate_ppb;
};

void hostclock_sync_get(struct hostclock_sync *sync);

#endif /* _HOSTCLOCK_SYNC_H */
