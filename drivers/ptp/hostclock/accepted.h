/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_ACCEPTED_H
#define _HOSTCLOCK_ACCEPTED_H

#include <linux/types.h>

#include <hostclock/vdso.h>

/*
 * Everything that reading a counter takes, as struct tk_read_base is for the core:
 * the accepted host parameters, epochs and offsets.  A private copy, so the host
 * cannot change it.
 */
struct hostclock_read_base {
	struct hostclock_accepted accepted;
	const struct hostclock_clock_page *cp;
	const struct hostclock_guest_page *gp;
	struct hostclock_params params;
	/* from the guest page */
	u64 resume_tsc;		/* end of the last gap */
	u64 ran_on_tsc;
	u64 generation;
	/* seq >> 1 of the clock page with params as the newest, or HOSTCLOCK_NOT_NEWEST */
	u32 count;
};

/* For how long two parameter sets may have drifted apart */
struct hostclock_interval {
	u64 age_ns;		/* since cycle_last of the accepted one */
	u64 unseen_ns;		/* since the last vDSO update while it was in force */
	u64 unread_ns;		/* of that, without any CPU that ran a program */
};

/**
 * hostclock_offset - guest counter - host counter
 * @a: accepted offsets
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
bool hostclock_params_in_force(const struct hostclock_read_base *rb, u64 tsc);
bool hostclock_params_continue(const struct hostclock_read_base *rb,
			       const struct hostclock_params *params, u64 tsc);
bool hostclock_params_slewed(const struct hostclock_read_base *rb,
			     const struct hostclock_params *params, u64 tsc);

#endif /* _HOSTCLOCK_ACCEPTED_H */
