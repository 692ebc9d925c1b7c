/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Reading a clock page without the kernel, and no further than the kernel would go:
 * for the vDSO, which sees a page's news before the kernel has looked at it.
 */
#ifndef _HOSTCLOCK_VDSO_H
#define _HOSTCLOCK_VDSO_H

#include <hostclock/reader.h>

/*
 * How far a reading may be off what the kernel would have said at its last update
 * (struct hostclock_line) before the vDSO leaves it to the kernel: 2^-11 of what
 * passed since, 488 ppm.  A set whose rate differs by more from the one before, or
 * that does not begin where the other is, is the kernel's to judge, which takes it
 * in with the next tick.  So that is what readers can be told by a page that breaks
 * the rules: 2 us off at the end of a tick of 4 ms.
 */
#define HOSTCLOCK_LINE_SLEW_SHIFT	11

/**
 * struct hostclock_line - a guest's counter by the set that its kernel uses
 * @tsc:	guest TSC: HOSTCLOCK_MAX_EARLY before the kernel's last update,
 *		so that no CPU's is before it
 * @ns:		the counter there, ns, modulo 2^64
 * @mult:	shifted ns per count
 * @shift:	bits of fraction, 0 to 31
 *
 * Kept where struct hostclock_accepted is, and native-endian.
 */
struct hostclock_line {
	u64 tsc;
	u64 ns;
	u32 mult;
	u32 shift;
};

/**
 * hostclock_on_line - is a reading what the kernel might have said?
 * @line: what it would have said
 * @tsc: guest TSC of the reading
 * @ns: the reading
 *
 * Not so, either, 2^32 counts and more after the line's @tsc, which keeps the
 * product below 2^64: 1.6 s at 2.6 GHz, hundreds of ticks.  An idle guest's kernel
 * updates before it runs any program.
 */
static __always_inline bool
hostclock_on_line(const struct hostclock_line *line, u64 tsc, u64 ns)
{
	u64 delta = tsc - READ_ONCE(line->tsc);
	u64 passed, slack;

	passed = delta * READ_ONCE(line->mult) >> (READ_ONCE(line->shift) & 31);
	slack = passed >> HOSTCLOCK_LINE_SLEW_SHIFT;
	/* one comparison for both sides */
	return !(delta >> 32) &&
	       ns - READ_ONCE(line->ns) - passed + slack <= 2 * slack;
}

/* As a counter, for hostclock_read_near(): all of its slow path in one call. */
static __maybe_unused noinline __cold u64
hostclock_read_near_slow(const struct hostclock_clock_page *cp,
			 const struct hostclock_guest_page *gp,
			 const struct hostclock_accepted *a,
			 enum hostclock_counter which,
			 const struct hostclock_line *line)
{
	int tries = HOSTCLOCK_MAX_TRIES;
	u64 ns, tsc, line_tsc;

	do {
		line_tsc = READ_ONCE(line->tsc);
		if (hostclock_read_slow(cp, gp, a, which, &ns, &tsc) != HOSTCLOCK_OK)
			break;
		if (hostclock_on_line(line, tsc, ns))
			return ns;
		/* off a line that the kernel moved meanwhile means nothing */
	} while (READ_ONCE(line->tsc) != line_tsc && --tries);
	return ~0ULL;
}

/**
 * hostclock_read_near - hostclock_read() for the vDSO
 * @cp: the clock page to follow
 * @gp: the guest page
 * @a: what the guest has accepted
 * @which: which counter
 * @line: that counter at the kernel's last update
 *
 * Return: the counter, ns, below 2^63; ~0 if it could not be read or is not
 * hostclock_on_line(): ask the kernel.
 */
static __always_inline u64
hostclock_read_near(const struct hostclock_clock_page *cp,
		    const struct hostclock_guest_page *gp,
		    const struct hostclock_accepted *a, enum hostclock_counter which,
		    const struct hostclock_line *line)
{
	u32 seq = hostclock_page_begin(cp);
	u64 tsc = hostclock_rdtsc();
	u64 ns;

	if (likely(hostclock_eval_fast(cp, seq, gp, a, which, tsc, &ns)) &&
	    likely(hostclock_on_line(line, tsc, ns)))
		return ns;
	return hostclock_read_near_slow(cp, gp, a, which, line);
}

#endif /* _HOSTCLOCK_VDSO_H */
