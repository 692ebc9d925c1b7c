// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/math.h>

/* How far @divisor, not 0, can be shifted to the left. */
static u32 headroom(u64 divisor)
{
	u32 bits = 0, step;

	for (step = 32; step; step /= 2) {
		if (!(divisor >> (64 - step))) {
			divisor <<= step;
			bits += step;
		}
	}
	return bits;
}

/*
 * One 32-bit digit of (rest * 2^32 + next) / divisor, whose highest bit is set, and what
 * then remains in @rest, which is below @divisor.  Divided by the divisor's upper half, the
 * digit comes out at most two too large.
 */
static u64 digit(u64 *rest, u32 next, u64 divisor)
{
	u64 upper = divisor >> 32, lower = (u32)divisor;
	u64 guess = div64_u64(*rest, upper);
	u64 left = *rest - guess * upper;

	while (guess >> 32 || guess * lower > (left << 32 | next)) {
		guess--;
		left += upper;
		if (left >> 32)
			break;
	}
	*rest = (*rest << 32 | next) - guess * divisor;
	return guess;
}

/**
 * hostclock_div - n / divisor, rounded down
 * @n: any value
 * @divisor: not 0
 * @rem: where to put the remainder, or NULL
 *
 * Return: the quotient; U64_MAX (and remainder 0) if it needs more than 64 bits
 * or divisor is 0.
 */
u64 hostclock_div(struct hostclock_u128 n, u64 divisor, u64 *rem)
{
	u64 quotient = ~0ULL, rest = 0;
	u32 shift;

	if (n.hi < divisor && !n.hi) {
		quotient = div64_u64(n.lo, divisor);
		rest = n.lo - quotient * divisor;
	} else if (n.hi < divisor) {
		shift = headroom(divisor);
		n = hostclock_shl(n, shift);
		rest = n.hi;
		quotient = digit(&rest, n.lo >> 32, divisor << shift) << 32;
		quotient |= digit(&rest, n.lo, divisor << shift);
		rest >>= shift;
	}
	if (rem)
		*rem = rest;
	return quotient;
}

/**
 * hostclock_div_up - n / divisor, rounded up
 * @n: any value
 * @divisor: not 0
 *
 * Return: the quotient, U64_MAX if it needs more than 64 bits.
 */
u64 hostclock_div_up(struct hostclock_u128 n, u64 divisor)
{
	u64 rem;
	u64 quotient = hostclock_div(n, divisor, &rem);

	return hostclock_add_sat(quotient, rem ? 1 : 0);
}

/**
 * hostclock_div_near - n / divisor, to nearest, halves up
 * @n: any value
 * @divisor: not 0
 *
 * Return: the quotient, U64_MAX if it needs more than 64 bits.
 */
u64 hostclock_div_near(struct hostclock_u128 n, u64 divisor)
{
	u64 rem;
	u64 quotient = hostclock_div(n, divisor, &rem);

	/* rem >= divisor / 2, without losing a bit of either */
	return hostclock_add_sat(quotient, rem && rem >= divisor - rem ? 1 : 0);
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_div_near);
