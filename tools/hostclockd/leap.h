/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What leap seconds do to a strict and to a smeared page.
 *
 * All times are host MONOTONIC.  A smeared page's MONOTONIC differs from the
 * host's by a bias that changes linearly within the smear's window, while its
 * wall offset stays as it is; so both of its clocks are continuous.
 */
#ifndef HOSTCLOCKD_LEAP_H
#define HOSTCLOCKD_LEAP_H

#include "clock.h"

/**
 * struct leap_plan - a leap second that is near, and what earlier ones left
 * @sign:	1 insertion, -1 deletion, 0 none near
 * @sec:	UTC second before which it happens
 * @strict:	the host's clock will step, or has stepped
 * @wall_ns:	wall offset before it
 * @tai_sec:	TAI offset before it
 * @instant_ns:	when it happens
 * @begin_ns:	when the smear begins
 * @span_sec:	how long the smear takes
 * @bias_ns:	smeared MONOTONIC - host MONOTONIC before this smear
 */
struct leap_plan {
	int sign;
	s64 sec;
	bool strict;
	s64 wall_ns;
	s32 tai_sec;
	s64 instant_ns;
	s64 begin_ns;
	s64 span_sec;
	s64 bias_ns;
};

/**
 * struct leap_view - what a page says at one instant
 * @wall_ns:	its REALTIME - its MONOTONIC
 * @tai_sec:	its TAI - REALTIME
 * @bias_ns:	its MONOTONIC - the host's
 * @slope_num:	its MONOTONIC's rate is the host's times
 * @slope_den:	slope_num / slope_den
 * @indicator:	HOSTCLOCK_LEAP_*
 */
struct leap_view {
	s64 wall_ns;
	s32 tai_sec;
	s64 bias_ns;
	u64 slope_num;
	u64 slope_den;
	u8 indicator;
};

void leap_follow(struct leap_plan *plan, const struct clock_sample *s,
		 u8 smear, s64 mono_ns);
void leap_look(const struct leap_plan *plan, const struct clock_sample *s,
	       u8 smear, s64 mono_ns, struct leap_view *view);
s64 leap_next_ns(const struct leap_plan *plan, s64 mono_ns);

#endif /* HOSTCLOCKD_LEAP_H */
