/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_ACCEPTED_H
#define _HOSTCLOCK_ACCEPTED_H

#include <linux/types.h>

#include <hostclock/vdso.h>

/*
 * All that a reading takes, in memory that no host can change: the set in use,
 * and what the guest adds to it.
 */
struct hostclock_read_base {
	struct hostclock_accepted accepted;
	const struct hostclock_clock_page *cp;
	const struct hostclock_guest_page *gp;
	struct hostclock_params params;
	u64 resume_tsc;		/* end of the last gap that was followed */
	u64 ran_on_tsc;		/* the guest page's, of that generation */
	u64 generation;
	/* the page's seq >> 1 under which set was the newest, or NO_COUNT */
	u32 count;
};

/* For how long two sets may have been apart, ns. */
struct hostclock_interval {
	u64 age_ns;		/* since the base of the one in the view */
	u64 unseen_ns;		/* since the kernel saw it in force last */
};

/**
 * hostclock_offset - what the guest adds to a host counter
 * @a: its anchor
 * @which: counter
 */
static __always_inline u64 hostclock_offset(const struct hostclock_accepted *a,
					    enum hostclock_counter which)
{
	return which == HOSTCLOCK_RAW ? a->raw_offset : a->mono_offset;
}

u64 hostclock_params_counter(const struct hostclock_params *params, u64 tsc_offset,
			     enum hostclock_counter which, u64 tsc);
u64 hostclock_extrapolate_by(const struct hostclock_read_base *rb,
			     const struct hostclock_guest_page *gp,
			     enum hostclock_counter which, u64 tsc);
u64 hostclock_extrapolate(const struct hostclock_read_base *rb, enum hostclock_counter which,
			  u64 tsc);
bool hostclock_within_drift(u64 extrapolated_ns, u64 ns,
			    const struct hostclock_interval *interval);
void hostclock_interval_get(const struct hostclock_read_base *rb, u64 tsc,
			    struct hostclock_interval *interval);
bool hostclock_params_continue(const struct hostclock_read_base *rb,
			       const struct hostclock_params *params, u64 tsc);

#endif /* _HOSTCLOCK_ACCEPTED_H */
