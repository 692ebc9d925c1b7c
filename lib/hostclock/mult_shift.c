// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/mult_shift.h>
#include <hostclock/export.h>
#include <hostclock/math.h>

/**
 * hostclock_mult_of - the multiplier for a measured rate
 * @ns: time that passed, ns
 * @cycles: counts meanwhile, not 0
 * @shift: 0 to 31
 *
 * Return: ns << shift / cycles, to nearest; 0 if that needs more than 32 bits
 * or an argument is out of range.
 */
u32 hostclock_mult_of(u64 ns, u64 cycles, u32 shift)
{
	struct hostclock_u128 n = { .lo = ns };
	u64 mult;

	if (!cycles || shift > HOSTCLOCK_MAX_SHIFT)
		return 0;
	mult = hostclock_div_near(hostclock_shl(n, shift), cycles);
	return mult >> 32 ? 0 : mult;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_mult_of);

/**
 * hostclock_calc_mult_shift - multiplier and shift for a frequency
 * @hz: counts per second, HOSTCLOCK_MIN_HZ to HOSTCLOCK_MAX_HZ
 * @horizon_ns: how long 64 bits must suffice; 0 for the finest multiplier.  At
 *		most 2^(64 - s) - 10^9 for the least shift s that gives
 *		HOSTCLOCK_MULT_MIN: 13 days at 10 GHz, 292 years at 1 MHz
 * @mult: where to put shifted ns per count, HOSTCLOCK_MULT_MIN to
 *	  HOSTCLOCK_MULT_MAX
 * @shift: where to put 1 to 31, the largest that fits both demands
 *
 * Return: false, and nothing stored, if hz is out of range or no shift gives the
 * horizon.
 */
bool hostclock_calc_mult_shift(u64 hz, u64 horizon_ns, u32 *mult, u32 *shift)
{
	u32 s, m;

	if (hz < HOSTCLOCK_MIN_HZ || hz > HOSTCLOCK_MAX_HZ)
		return false;
	for (s = HOSTCLOCK_MAX_SHIFT; s >= 1; s--) {
		/* 2^64 >> s, less the second that base may hold */
		if ((1ULL << 63 >> (s - 1)) - HOSTCLOCK_NSEC_PER_SEC < horizon_ns)
			continue;
		m = hostclock_mult_of(HOSTCLOCK_NSEC_PER_SEC, hz, s);
		if (m < HOSTCLOCK_MULT_MIN || m > HOSTCLOCK_MULT_MAX)
			continue;
		*mult = m;
		*shift = s;
		return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_calc_mult_shift);

/**
 * hostclock_max_cycles - the largest delta for which 64 bits suffice
 * @mult: shifted ns per count
 * @snsec: base, shifted ns
 *
 * Return: the largest delta with delta * mult + snsec < 2^64; 0 if mult is 0.
 */
u64 hostclock_max_cycles(u32 mult, u64 snsec)
{
	return mult ? div64_u64(~0ULL - snsec, mult) : 0;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_max_cycles);

/**
 * hostclock_max_cycles_both - a parameter set's max_cycles
 * @mono_mult: hostclock_params.mult
 * @mono_snsec: hostclock_params.mono_snsec
 * @raw_mult: hostclock_params.raw_mult
 * @raw_snsec: hostclock_params.raw_snsec
 *
 * Return: the smaller of what hostclock_max_cycles() says of the two.
 */
u64 hostclock_max_cycles_both(u32 mono_mult, u64 mono_snsec, u32 raw_mult,
			      u64 raw_snsec)
{
	u64 mono = hostclock_max_cycles(mono_mult, mono_snsec);
	u64 raw = hostclock_max_cycles(raw_mult, raw_snsec);

	return mono < raw ? mono : raw;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_max_cycles_both);
