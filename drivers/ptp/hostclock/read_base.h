/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_READ_BASE_H
#define _HOSTCLOCK_READ_BASE_H

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
	/* those before them, for a TSC before their cycle_last; none if their epoch is 0 */
	struct hostclock_params previous;
	u64 params_tsc;		/* guest TSC when params were accepted */
	/*
	 * Each counter at the last vDSO update, which all readings are held to, and how
	 * far the accepted parameters were ahead of that since, in ns.
	 */
	struct hostclock_vdso_base base[2];
	s64 ahead_ns[2];
	u64 base_counts;	/* of the TSC, after which it is old */
	u64 in_force_tsc;	/* of the last base that was what the page said */
	/* from the guest page */
	u64 resume_tsc;		/* end of the last gap */
	u64 ran_on_tsc;
	u64 generation;
	/* seq >> 1 of the clock page with params as the newest, or HOSTCLOCK_NOT_NEWEST */
	u32 count;
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

/**
 * hostclock_params_in_force - are the accepted parameters the page's at this TSC?
 * @rb: accepted state
 * @tsc: guest TSC
 *
 * Not if newer ones have begun, which no CPU has accepted yet.
 */
static inline bool hostclock_params_in_force(const struct hostclock_read_base *rb, u64 tsc)
{
	u32 seq = HOSTCLOCK_LE32(rb->cp->seq);
	const struct hostclock_params *newest = hostclock_newest(rb->cp, seq);
	const struct hostclock_params *previous = hostclock_previous(rb->cp, seq);
	u64 counter = tsc - rb->accepted.tsc_offset;

	return seq >> 1 == rb->count ||
	       ((s64)(counter - HOSTCLOCK_LE64(newest->cycle_last)) < 0 &&
		HOSTCLOCK_LE64(previous->cycle_last) == le64_to_cpu(rb->params.cycle_last));
}

#endif /* _HOSTCLOCK_READ_BASE_H */
