/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a page's REALTIME does about a leap second, as linear pieces.
 *
 * Time here is u: ns of a clock that knows nothing of the leap (TAI less the
 * offset valid before it), counted from the moment that it shows leap_sec.  So
 * an inserted second begins at u = 0, and a deleted one would have begun at
 * u = -10^9.  REALTIME is u plus an offset:
 *
 *	strict		0 until the leap, then -+10^9, as Linux steps its clock
 *	noon		linear over the UTC day from noon to noon around the
 *			leap: 86401 s long if one is inserted, 86399 if deleted
 *	UTC-SLS		linear over the last 1000 s of the UTC day
 */
#ifndef _HOSTCLOCK_LEAP_H
#define _HOSTCLOCK_LEAP_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

struct hostclock_leap {
	bool insert;	/* a second is inserted; else deleted */
	u8 smear;	/* HOSTCLOCK_SMEAR_* */
};

/**
 * struct hostclock_leap_piece - an interval over which REALTIME is linear in u
 * @start:	u at its start, ns; S64_MIN for the first piece
 * @end:	u at its end, ns, not part of it; S64_MAX for the last
 * @offset_ns:	REALTIME - u at its start
 * @slew:	by how many ns REALTIME gains on u in length_sec ns: -1, 0 or 1
 * @length_sec:	its length, s, if slew is not 0; else 1
 */
struct hostclock_leap_piece {
	s64 start;
	s64 end;
	s64 offset_ns;
	s32 slew;
	u32 length_sec;
};

void hostclock_leap_piece_at(const struct hostclock_leap *leap, s64 u,
			     struct hostclock_leap_piece *piece);
s64 hostclock_leap_offset(const struct hostclock_leap *leap, s64 u);
u32 hostclock_leap_mult(const struct hostclock_leap_piece *piece, u32 mult);
u8 hostclock_leap_indicator(const struct hostclock_leap *leap, s64 u);

#endif /* _HOSTCLOCK_LEAP_H */
