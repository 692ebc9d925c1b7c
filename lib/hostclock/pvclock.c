// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/mult_shift.h>
#include <hostclock/export.h>
#include <hostclock/math.h>
#include <hostclock/pvclock.h>

/**
 * hostclock_pvclock_ns - a pvclock at a counter value
 * @pv: the clock; shift outside -31 to 31 is taken modulo 32
 * @tsc: guest TSC, modulo 2^64; before tsc_timestamp counts as far after it, as
 *	 it does for the kernel
 *
 * Return: ns, rounded down as the kernel does; modulo 2^64 like there.
 */
u64 hostclock_pvclock_ns(const struct hostclock_pvclock *pv, u64 tsc)
{
	u64 delta = tsc - pv->tsc_timestamp;
	struct hostclock_u128 ns;

	/* modulo 2^32 any shift has a negative */
	if (pv->tsc_shift < 0)
		delta >>= -(u32)pv->tsc_shift & 31;
	else
		delta <<= pv->tsc_shift & 31;
	ns = hostclock_shr(hostclock_mul(delta, pv->tsc_to_system_mul), 32);
	return pv->system_time + ns.lo;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_pvclock_ns);

/**
 * hostclock_to_pvclock - a parameter set's MONOTONIC as a pvclock
 * @p: a validated set
 * @pv: where to put it; its TSC is the page's counter
 *
 * The rate is carried over exactly.  system_time is MONOTONIC at cycle_last cut
 * to whole ns, so the pvclock is behind MONOTONIC by 0 or 1 ns, never ahead, as
 * long as the counter's distance, shifted left, fits into 64 bits.
 *
 * Return: false, and nothing stored, if the set's shift is out of range or its
 * mult 0.
 */
bool hostclock_to_pvclock(const struct hostclock_params *p,
			  struct hostclock_pvclock *pv)
{
	u32 shift = HOSTCLOCK_LE32(p->shift);
	u32 mult = HOSTCLOCK_LE32(p->mult);
	int up;

	if (!mult || !shift || shift > HOSTCLOCK_MAX_SHIFT)
		return false;
	/* mult / 2^shift = (mult << up) / 2^32 * 2^(32 - shift - up) */
	for (up = 0; up < 32 - (int)shift && !(mult >> 31); up++)
		mult <<= 1;
	pv->tsc_timestamp = HOSTCLOCK_LE64(p->cycle_last);
	pv->system_time = HOSTCLOCK_LE64(p->mono_sec) * HOSTCLOCK_NSEC_PER_SEC +
			  (HOSTCLOCK_LE64(p->mono_snsec) >> shift);
	pv->tsc_to_system_mul = mult;
	pv->tsc_shift = 32 - (int)shift - up;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_to_pvclock);

/**
 * hostclock_from_pvclock - a pvclock as a parameter set
 * @pv: the clock
 * @p: where to put cycle_last, max_cycles, mult, shift, mono_*, and RAW as the
 *     same clock; other fields are left alone
 *
 * The rate is carried over exactly for tsc_shift of 1 to 31; for 0 and less mult is
 * cut to shift 31, which puts the clock behind by less than 2^-31 ns per count.
 * The pvclock itself is behind the set by up to 2^-tsc_shift counts, if its
 * shift is negative.
 *
 * Return: false, and nothing stored, if the shift is outside -31 to 31 or nothing
 * is left of mult.
 */
bool hostclock_from_pvclock(const struct hostclock_pvclock *pv,
			    struct hostclock_params *p)
{
	u32 mult = pv->tsc_to_system_mul;
	u64 snsec, sec;
	int shift;

	if (pv->tsc_shift < -31 || pv->tsc_shift > 31)
		return false;
	shift = 32 - pv->tsc_shift;
	if (shift > HOSTCLOCK_MAX_SHIFT) {
		/* by 1 to 32 */
		mult = (u64)mult >> (shift - HOSTCLOCK_MAX_SHIFT);
		shift = HOSTCLOCK_MAX_SHIFT;
	}
	if (!mult)
		return false;
	sec = div64_u64(pv->system_time, HOSTCLOCK_NSEC_PER_SEC);
	snsec = (pv->system_time - sec * HOSTCLOCK_NSEC_PER_SEC) << shift;
	p->cycle_last = htole64(pv->tsc_timestamp);
	p->max_cycles = htole64(hostclock_max_cycles(mult, snsec));
	p->mult = htole32(mult);
	p->raw_mult = p->mult;
	p->shift = htole32(shift);
	p->mono_sec = htole64(sec);
	p->raw_sec = p->mono_sec;
	p->mono_snsec = htole64(snsec);
	p->raw_snsec = p->mono_snsec;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_from_pvclock);
