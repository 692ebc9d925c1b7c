/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The vDSO's reader of a clock page.  The vDSO sees new parameters before the
 * kernel does, so it answers only what agrees with the kernel's last update of
 * the vDSO data, and leaves the rest to the system call.
 */
#ifndef _HOSTCLOCK_VDSO_H
#define _HOSTCLOCK_VDSO_H

#include <hostclock/reader.h>

/*
 * Largest deviation from the kernel's last update (struct hostclock_vdso_base), in ns,
 * before the vDSO falls back to the system call.  Parameters that deviate by more, by
 * a rate that changes by more than 512 ppm in a tick of 4 ms or because they do not
 * continue the ones before, are for the kernel to judge; it adopts them at its next
 * tick.
 */
#define HOSTCLOCK_VDSO_SLACK_NS		2048

/**
 * struct hostclock_vdso_base - one counter at the kernel's last vDSO update
 * @tsc:	guest TSC: HOSTCLOCK_MAX_CPU_SKEW before that update, so that no
 *		CPU's TSC is before it
 * @ns:		the counter there, ns, modulo 2^64
 * @mult:	shifted ns per count
 * @shift:	bits of fraction, 0 to 31
 *
 * Kept next to struct hostclock_accepted; native-endian.
 */
struct hostclock_vdso_base {
	u64 tsc;
	u64 ns;
	u32 mult;
	u32 shift;
};

/**
 * hostclock_vdso_agrees - is a reading within the kernel's limits?
 * @base: the kernel's last update
 * @tsc: guest TSC of the reading
 * @ns: the reading
 *
 * Return: false if it deviates by more than HOSTCLOCK_VDSO_SLACK_NS, or
 * is 2^32 counts or more after @base, where the product would overflow: 1.6 s at
 * 2.6 GHz, hundreds of ticks.  The kernel of an idle guest updates before it runs
 * any program.
 */
static __always_inline bool
hostclock_vdso_agrees(const struct hostclock_vdso_base *base, u64 tsc, u64 ns)
{
	u64 delta = tsc - READ_ONCE(base->tsc);
	u64 passed;

	passed = delta * READ_ONCE(base->mult) >> (READ_ONCE(base->shift) & 31);
	/* one comparison for both sides */
	return !(delta >> 32) &&
	       ns - READ_ONCE(base->ns) - passed + HOSTCLOCK_VDSO_SLACK_NS <=
	       2 * HOSTCLOCK_VDSO_SLACK_NS;
}

/* The slow path of hostclock_vdso_read(), out of line. */
static __maybe_unused noinline __cold u64
hostclock_vdso_read_slow(const struct hostclock_clock_page *cp,
			 const struct hostclock_guest_page *gp,
			 const struct hostclock_accepted *a,
			 enum hostclock_counter which,
			 const struct hostclock_vdso_base *base)
{
	int tries = HOSTCLOCK_MAX_TRIES;
	u64 ns, tsc, base_tsc;

	do {
		base_tsc = READ_ONCE(base->tsc);
		if (hostclock_read_slow(cp, gp, a, which, &ns, &tsc) != HOSTCLOCK_OK)
			break;
		if (hostclock_vdso_agrees(base, tsc, ns))
			return ns;
		/* a base that the kernel has replaced since proves nothing */
	} while (READ_ONCE(base->tsc) != base_tsc && --tries);
	return ~0ULL;
}

/**
 * hostclock_vdso_read - hostclock_read() for the vDSO
 * @cp: the clock page to follow
 * @gp: the guest page
 * @a: the epochs and offsets that the guest has accepted
 * @which: which counter
 * @base: that counter at the kernel's last update
 *
 * Return: the counter, ns, below 2^63; ~0 if the page could not be read or
 * hostclock_vdso_agrees() is false: ask the kernel.
 */
static __always_inline u64
hostclock_vdso_read(const struct hostclock_clock_page *cp,
		    const struct hostclock_guest_page *gp,
		    const struct hostclock_accepted *a, enum hostclock_counter which,
		    const struct hostclock_vdso_base *base)
{
	u32 seq = hostclock_page_begin(cp);
	u64 tsc = hostclock_rdtsc();
	u64 ns;

	if (likely(hostclock_eval_fast(cp, seq, gp, a, which, tsc, &ns)) &&
	    likely(hostclock_vdso_agrees(base, tsc, ns)))
		return ns;
	return hostclock_vdso_read_slow(cp, gp, a, which, base);
}

#endif /* _HOSTCLOCK_VDSO_H */
