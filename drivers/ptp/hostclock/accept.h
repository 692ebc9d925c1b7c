/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_ACCEPT_H
#define _HOSTCLOCK_ACCEPT_H

#include <linux/types.h>

/*
 * What accepting the pages changed.  The headrooms are the caller's: a gap larger than
 * that of the clock which would count it is counted by none, nor are its corrections.
 */
struct hostclock_change {
	u64 mono_headroom_ns;
	u64 boot_headroom_ns;
	unsigned long what;	/* HOSTCLOCK_CHANGED_* */
	bool adjusted;		/* a new guest epoch, but no disruption */
	bool counted;		/* MONOTONIC counts the gap */
	bool dropped;		/* no clock counts it */
	/*
	 * The caller's: the counters when the core fell asleep, which counts what they do
	 * meanwhile; NULL if it is awake.
	 */
	const u64 *asleep_ns;
	u64 counter_jump_ns;
	u64 mono_jump_ns;
	u64 boot_jump_ns;
	/*
	 * The caller's: MONOTONIC's counter shall have the page's offset, and the caller
	 * hides that it is rebase_ns more than its old course.
	 */
	bool page_offset;
	s64 rebase_ns;
};

/* No clock could overflow */
#define HOSTCLOCK_CHANGE_INIT \
	{ .mono_headroom_ns = U64_MAX, .boot_headroom_ns = U64_MAX }

/* What the interfaces report of the accepted pages; written under the write lock */
struct hostclock_info {
	u8 cause;
	u8 format;
	u8 smear;
	bool tai_valid;
	s32 tai_offset_sec;
	u64 generation;
	u64 gaps_ns;		/* all gaps of this generation */
	u64 gaps_error_ns;	/* error bound */
	u64 gap_ns;		/* the last gap */
	u64 gap_error_ns;
	bool counted;		/* MONOTONIC counts the last gap */
	bool dropped;		/* no clock does */
	s64 wall_offset_ns;	/* REALTIME - the guest's counter */
	u64 resyncs;
	u64 disruptions;
};

int hostclock_accept(struct hostclock_change *change);
void hostclock_reject(int error);
void hostclock_realtime_accepted(void);
void hostclock_forget(void);
const struct hostclock_info *hostclock_info(void);
bool hostclock_running(void);
void hostclock_set_running(bool on);
void hostclock_accept_set_max_jump(u64 ns);

#endif /* _HOSTCLOCK_ACCEPT_H */
