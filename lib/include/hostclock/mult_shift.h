/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The multiplier and shift of a parameter set.
 *
 * ns = (delta * mult + base) >> shift, with base < 10^9 << shift.  The sum stays
 * below 2^64 for 2^(64 - shift) - 10^9 ns, whatever the frequency; beyond that a
 * reader takes the 128-bit path.  Rounding mult to an integer puts the rate off
 * by at most 1 / (2 * mult).  With no minimum for that
 * time (the horizon):
 *
 *	frequency	shift	mult		rate off by	horizon
 *	  1 MHz		21	2097152000	0		8795 s
 *	 24 MHz		26	2796202667	0.12 ppb	 273 s
 *	100 MHz		28	2684354560	0		  67 s
 *	  1 GHz		31	2147483648	0		 7.5 s
 *	2.6 GHz		31	 825955249	0.28 ppb	 7.5 s
 *	 10 GHz		31	 214748365	0.93 ppb	 7.5 s
 */
#ifndef _HOSTCLOCK_MULT_SHIFT_H
#define _HOSTCLOCK_MULT_SHIFT_H

#include <hostclock/platform.h>

#define HOSTCLOCK_MIN_HZ	1000000ULL	/* 1 MHz */
#define HOSTCLOCK_MAX_HZ	10000000000ULL	/* 10 GHz */
#define HOSTCLOCK_MAX_SHIFT	31

/*
 * The largest multiplier that hostclock_calc_mult_shift() returns: 7/8 of 2^32.
 * A clock can then be slewed by up to 1/7 (14 %) without overflowing 32 bits.
 * Linux slews by 10.05 % at most, tick and frequency together.
 */
#define HOSTCLOCK_MULT_MAX	0xe0000000U

/* The smallest: rounding it to an integer is off by 1/2048 (0.05 %) at most. */
#define HOSTCLOCK_MULT_MIN	1024U

bool hostclock_calc_mult_shift(u64 hz, u64 horizon_ns, u32 *mult, u32 *shift);
u32 hostclock_mult_of(u64 ns, u64 cycles, u32 shift);
u64 hostclock_max_cycles(u32 mult, u64 snsec);
u64 hostclock_max_cycles_both(u32 mono_mult, u64 mono_snsec, u32 raw_mult,
			      u64 raw_snsec);

#endif /* _HOSTCLOCK_MULT_SHIFT_H */
