/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * 128-bit arithmetic for the slow paths, made of 64-bit operations that every
 * architecture and every kernel has.  The readers' fast path uses none of it.
 */
#ifndef _HOSTCLOCK_MATH_H
#define _HOSTCLOCK_MATH_H

#include <hostclock/platform.h>

#ifdef __KERNEL__
#include <linux/math64.h>
#else
static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}
#endif

#define HOSTCLOCK_S64_MAX	((s64)(~0ULL >> 1))
#define HOSTCLOCK_S64_MIN	(-HOSTCLOCK_S64_MAX - 1)

struct hostclock_u128 {
	u64 hi;
	u64 lo;
};

/* a * b, exact. */
static inline struct hostclock_u128 hostclock_mul(u64 a, u64 b)
{
	u64 a_lo = a & 0xffffffff, a_hi = a >> 32;
	u64 b_lo = b & 0xffffffff, b_hi = b >> 32;
	u64 ll = a_lo * b_lo;
	u64 lh = a_lo * b_hi;
	u64 hl = a_hi * b_lo;
	u64 hh = a_hi * b_hi;
	/* at most 3 * (2^32 - 1) */
	u64 mid = (ll >> 32) + (u32)lh + (u32)hl;
	struct hostclock_u128 r;

	r.lo = mid << 32 | (u32)ll;
	r.hi = hh + (lh >> 32) + (hl >> 32) + (mid >> 32);
	return r;
}

/* a + b, saturating. */
static inline struct hostclock_u128 hostclock_add(struct hostclock_u128 a,
						  struct hostclock_u128 b)
{
	struct hostclock_u128 r = { .hi = a.hi + b.hi, .lo = a.lo + b.lo };
	bool over = r.hi < a.hi;

	if (r.lo < a.lo)
		over |= !++r.hi;
	if (over) {
		r.hi = ~0ULL;
		r.lo = ~0ULL;
	}
	return r;
}

/* a << bits, bits 0 to 127; what does not fit is lost. */
static inline struct hostclock_u128 hostclock_shl(struct hostclock_u128 a, u32 bits)
{
	if (bits & 64) {
		a.hi = a.lo;
		a.lo = 0;
		bits &= 63;
	}
	if (bits) {
		a.hi = a.hi << bits | a.lo >> (64 - bits);
		a.lo <<= bits;
	}
	return a;
}

/* a >> bits, bits 0 to 127, rounded down. */
static inline struct hostclock_u128 hostclock_shr(struct hostclock_u128 a, u32 bits)
{
	if (bits & 64) {
		a.lo = a.hi;
		a.hi = 0;
		bits &= 63;
	}
	if (bits) {
		a.lo = a.lo >> bits | a.hi << (64 - bits);
		a.hi >>= bits;
	}
	return a;
}

/* The low 64 bits, or U64_MAX if there are more. */
static inline u64 hostclock_low(struct hostclock_u128 a)
{
	return a.hi ? ~0ULL : a.lo;
}

/* a + b, or U64_MAX. */
static inline u64 hostclock_add_sat(u64 a, u64 b)
{
	return a + b < a ? ~0ULL : a + b;
}

/* a + b, or the end of the range it would leave. */
static inline s64 hostclock_sadd_sat(s64 a, s64 b)
{
	if (b > 0 && a > HOSTCLOCK_S64_MAX - b)
		return HOSTCLOCK_S64_MAX;
	if (b < 0 && a < HOSTCLOCK_S64_MIN - b)
		return HOSTCLOCK_S64_MIN;
	return a + b;
}

u64 hostclock_div(struct hostclock_u128 n, u64 divisor, u64 *rem);
u64 hostclock_div_up(struct hostclock_u128 n, u64 divisor);
u64 hostclock_div_near(struct hostclock_u128 n, u64 divisor);

#endif /* _HOSTCLOCK_MATH_H */
