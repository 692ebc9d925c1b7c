/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rates: ns per count, as a 64-bit fixed-point number with RATE_BITS bits of
 * fraction.  At 10 GHz (0.1 ns per tick) a step of it is 2^-48 / 0.1, below
 * 10^-4 ppb; at 1 MHz (1000 ns per tick) it needs 58 bits.
 */
#ifndef HOSTCLOCKD_RATE_H
#define HOSTCLOCKD_RATE_H

#include <hostclock/math.h>
#include <hostclock/platform.h>

#define RATE_BITS	48
#define RATE_ONE	0x1000000000000ULL	/* 1 << RATE_BITS */
#define NSEC_PER_SEC	1000000000LL
#define NSEC_PER_MSEC	1000000LL
#define PPB		1000000000LL

static inline u64 magnitude(s64 value)
{
	return value < 0 ? -(u64)value : (u64)value;
}

/* ns that @counts take; rounded down, U64_MAX if they do not fit. */
static inline u64 rate_ns(u64 counts, u64 rate)
{
	return hostclock_low(hostclock_shr(hostclock_mul(counts, rate),
					   RATE_BITS));
}

/* The same for counts that may be negative: -rate_ns(-counts). */
static inline s64 rate_ns_signed(s64 counts, u64 rate)
{
	s64 ns = rate_ns(magnitude(counts), rate);

	return counts < 0 ? -ns : ns;
}

/* Counts that @ns take, rounded up: never early. */
static inline u64 rate_counts(u64 ns, u64 rate)
{
	struct hostclock_u128 n = { .lo = ns };

	return hostclock_div_up(hostclock_shl(n, RATE_BITS), rate);
}

/* The rate at which @counts (not 0) take @ns. */
static inline u64 rate_of(u64 ns, u64 counts)
{
	struct hostclock_u128 n = { .lo = ns };

	return hostclock_div_near(hostclock_shl(n, RATE_BITS), counts);
}

/* value * numerator / denominator, to nearest; the quotient must fit. */
static inline u64 rate_muldiv(u64 value, u64 numerator, u64 denominator)
{
	return hostclock_div_near(hostclock_mul(value, numerator), denominator);
}

/* rate changed by @ppb parts in 10^9, |ppb| < 10^9. */
static inline u64 rate_adjust(u64 rate, s64 ppb)
{
	return rate_muldiv(rate, (u64)(PPB + ppb), PPB);
}

/* How far @rate is from @reference, in ppb; they must be within a factor 2. */
static inline s64 rate_diff_ppb(u64 rate, u64 reference)
{
	if (rate < reference)
		return -(s64)rate_muldiv(reference - rate, PPB, reference);
	return rate_muldiv(rate - reference, PPB, reference);
}

/* ns until a TSC value, @scale ns per tick; negative if it is past. */
static inline s64 rate_ns_until(u64 tsc, u64 scale)
{
	return rate_ns_signed(tsc - hostclock_rdtsc(), scale);
}

#endif /* HOSTCLOCKD_RATE_H */
