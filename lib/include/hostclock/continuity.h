/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Keeping a guest's MONOTONIC and RAW going when what they are made of changes:
 * another host, another counter offset, a restored snapshot.
 */
#ifndef _HOSTCLOCK_CONTINUITY_H
#define _HOSTCLOCK_CONTINUITY_H

#include <hostclock/clocks.h>
#include <hostclock/reader.h>

/**
 * struct hostclock_timeline - a guest's clocks while nothing discontinuous happens
 * @params:	a validated set of the clock page followed
 * @tsc_offset:	guest TSC - the page's counter, modulo 2^64
 * @mono_offset: guest MONOTONIC counter - host MONOTONIC, ns, modulo 2^64
 * @raw_offset:	guest RAW counter - host MONOTONIC_RAW, ns, modulo 2^64
 */
struct hostclock_timeline {
	const struct hostclock_params *params;
	u64 tsc_offset;
	u64 mono_offset;
	u64 raw_offset;
};

/* What MONOTONIC does about a gap. */
enum hostclock_gap_policy {
	HOSTCLOCK_GAP_SUSPEND,	/* continue from the last value */
	HOSTCLOCK_GAP_STEAL,	/* count the gap */
};

/**
 * struct hostclock_jump - by how much each clock jumps at a transition, ns
 * @mono_ns:	MONOTONIC
 * @boot_ns:	BOOTTIME, beyond what MONOTONIC does
 */
struct hostclock_jump {
	u64 mono_ns;
	u64 boot_ns;
};

/**
 * hostclock_is_adjustment - is a new guest epoch only a small correction?
 * @cause: HOSTCLOCK_CAUSE_*
 * @before: tsc_offset of the epoch before
 * @after: and of the new one
 *
 * An emulator may change a guest's offset slightly while the guest runs.  Up to
 * HOSTCLOCK_MAX_CPU_SKEW counts, that cannot be told from cross-CPU skew.
 */
static inline bool hostclock_is_adjustment(u8 cause, u64 before, u64 after)
{
	return cause == HOSTCLOCK_CAUSE_OFFSET &&
	       after - before + HOSTCLOCK_MAX_CPU_SKEW <= 2 * HOSTCLOCK_MAX_CPU_SKEW;
}

/**
 * hostclock_run_tsc - a counter without what it counted in a gap
 * @tsc: guest TSC
 * @stop_tsc: where the guest stopped
 * @resume_tsc: where it went on: later, if the counter ran on meanwhile; earlier,
 *		if it was set back.  Any values.
 *
 * Return: @tsc before the gap, @stop_tsc within it, and from @resume_tsc on as much
 * after @stop_tsc as @tsc is after @resume_tsc.  If the counter was set back, every
 * value counts as one after the gap: values before it cannot be told from those.
 *
 * Never decreases with @tsc, as far as 2^63 counts allow to tell before and after.
 */
static __always_inline u64 hostclock_run_tsc(u64 tsc, u64 stop_tsc, u64 resume_tsc)
{
	if ((s64)(tsc - resume_tsc) >= 0)
		return stop_tsc + (tsc - resume_tsc);
	if ((s64)(resume_tsc - stop_tsc) >= 0 && (s64)(tsc - stop_tsc) < 0)
		return tsc;
	return stop_tsc;
}

u64 hostclock_gap_ns(const struct hostclock_timeline *before, u64 end_tsc,
		     const struct hostclock_timeline *after, u64 start_tsc);
bool hostclock_continue(const struct hostclock_timeline *before, u64 end_tsc,
			struct hostclock_timeline *after, u64 start_tsc,
			u64 gap_ns, enum hostclock_gap_policy policy,
			struct hostclock_jump *jump);

#endif /* _HOSTCLOCK_CONTINUITY_H */
