// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/math.h>

/**
 * hostclock_div - n / divisor, rounded down
 * @n: any value
 * @divisor: not 0
 * @rem: where to put the remainder, or NULL
 *
 * One bit per step: for slow paths, some 100 ns.
 *
 * Return: the quotient; U64_MAX (and remainder 0) if it needs more than 64 bits
 * or divisor is 0.
 */
u64 hostclock_div(struct hostclock_u128 n, u64 divisor, u64 *rem)
{
	u64 quotient = 0;
	int bit;

	if (n.hi >= divisor) {
		quotient = ~0ULL;
		n.hi = 0;
		goto out;
	}
	if (!n.hi) {
		quotient = div64_u64(n.lo, divisor);
		n.hi = n.lo - quotient * divisor;
		goto out;
	}
	for (bit = 63; bit >= 0; bit--) {
		bool carry = n.hi >> 63;

		/* n.hi < divisor here, so one subtraction is enough */
		n = hostclock_shl(n, 1);
		if (carry || n.hi >= divisor) {
			n.hi -= divisor;
			quotient |= 1ULL << bit;
		}
	}
out:
	if (rem)
		*rem = n.hi;
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
