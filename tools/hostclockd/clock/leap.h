/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What leap seconds do to a strict and to a smeared page.
 *
 * A smeared page's MONOTONIC differs from the host's by a bias that changes
 * linearly while it smears, and its wall offset stays as it is; so both of its
 * clocks are continuous.  The curves are the library's, hostclock/leap.h.
 */
#ifndef HOSTCLOCKD_LEAP_H
#define HOSTCLOCKD_LEAP_H

#include <hostclock/leap.h>

#include "clock.h"

/**
 * struct leap_plan - a leap second that is near, and what earlier ones left
 * @sign:	1 insertion, -1 deletion, 0 none near
 * @sec:	UTC second before which it happens
 * @strict:	the host's clock will step, or has stepped
 * @realtime_offset_ns:	wall offset before it
 * @tai_sec:	TAI offset before it
 * @mono_ns:	host MONOTONIC at which a clock that ignores it shows @sec
 * @bias_ns:	smeared MONOTONIC - host MONOTONIC before this smear
 */
struct leap_plan {
	int sign;
	s64 sec;
	bool strict;
	s64 realtime_offset_ns;
	s32 tai_sec;
	s64 mono_ns;
	s64 bias_ns;
};

/**
 * struct leap_state - what a page says at one instant
 * @realtime_offset_ns:	its REALTIME - its MONOTONIC
 * @tai_sec:	its TAI - REALTIME
 * @bias_ns:	its MONOTONIC - the host's
 * @piece:	how its MONOTONIC's rate differs from the host's
 * @indicator:	HOSTCLOCK_LEAP_*
 */
struct leap_state {
	s64 realtime_offset_ns;
	s32 tai_sec;
	s64 bias_ns;
	struct hostclock_leap_piece piece;
	u8 indicator;
};

void leap_follow(struct leap_plan *plan, const struct clock_sample *s,
		 u8 smear, s64 mono_ns);
void leap_at(const struct leap_plan *plan, const struct clock_sample *s,
	     u8 smear, s64 mono_ns, struct leap_state *state);
s64 leap_next_ns(const struct leap_plan *plan, u8 smear, s64 mono_ns);

#endif /* HOSTCLOCKD_LEAP_H */
