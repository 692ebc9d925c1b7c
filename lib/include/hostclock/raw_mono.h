/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Between MONOTONIC_RAW and MONOTONIC without a counter, as the timekeeping core
 * relates them: if both have the same counter base and shift,
 *
 *	mono = base_mono + (raw - base_raw) * mult_m / mult_r
 *
 * It holds while mult_m does.  A time converted under one mult_m and met under
 * another is off by the change of rate times the time in between (500 ppm over
 * 10 s: 5 ms), to whichever side the rate went.  Deadlines may be late, never
 * early, so hostclock_raw_deadline_mono() and hostclock_mono_deadline_raw() give
 * them that much more time.
 */
#ifndef _HOSTCLOCK_RAW_MONO_H
#define _HOSTCLOCK_RAW_MONO_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/* Both readouts of one clock: where they stand, and how fast they go. */
struct hostclock_raw_mono {
	u64 base_m;	/* counter value at which mono_ns holds */
	u64 base_r;	/* counter value at which raw_ns holds */
	u32 shift_m;
	u32 shift_r;
	u32 mult_m;
	u32 mult_r;
	u64 mono_ns;	/* below 2^63 */
	u64 raw_ns;	/* below 2^63 */
};

enum hostclock_rounding {
	HOSTCLOCK_ROUND_DOWN,	/* for timestamps */
	HOSTCLOCK_ROUND_UP,	/* for deadlines: never early */
};

void hostclock_raw_mono_of(const struct hostclock_params *p,
			   struct hostclock_raw_mono *rm);
bool hostclock_raw_to_mono(const struct hostclock_raw_mono *rm, u64 raw_ns,
			   enum hostclock_rounding rounding, u64 *mono_ns);
bool hostclock_mono_to_raw(const struct hostclock_raw_mono *rm, u64 mono_ns,
			   enum hostclock_rounding rounding, u64 *raw_ns);

bool hostclock_raw_deadline_mono(const struct hostclock_raw_mono *rm, u64 raw_ns,
				 u32 slew_ppb, u64 *mono_ns);
bool hostclock_mono_deadline_raw(const struct hostclock_raw_mono *rm, u64 mono_ns,
				 u32 slew_ppb, u64 *raw_ns);

#endif /* _HOSTCLOCK_RAW_MONO_H */
