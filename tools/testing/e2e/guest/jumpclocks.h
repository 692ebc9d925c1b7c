/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a guest's clocks stand against its host's, before and after something made
 * them jump, and what the first readings after it were.
 */
#ifndef _JUMPCLOCKS_H
#define _JUMPCLOCKS_H

#include "pages.h"

/* As many as clock_names has, in its order. */
enum jump_clock { REAL, MONO, RAW, BOOT, TAI, JUMP_CLOCKS };

/* A constant, as far as it is known. */
struct bounds {
	s64 low_ns;
	s64 high_ns;
};

/**
 * struct standing - the clocks against the pages, while nothing happens
 * @off:	clock - the page's: RAW against RAW, BOOT against MONOTONIC, both
 *		without the guest's offsets
 * @by_mono:	clock - the page's MONOTONIC
 * @by_timers:	clock - MONOTONIC, as the kernel's timers have it
 * @timers_agree: on all CPUs
 * @tsc:	a guest TSC value
 * @mono_ns:	the page's MONOTONIC there
 * @real_ns:	and its REALTIME
 * @mult:	and its rate
 * @shift:	likewise
 * @gaps_ns:	the guest page's
 * @epoch:	the clock page's
 * @guest_epoch: and the guest page's
 */
struct standing {
	struct bounds off[JUMP_CLOCKS];
	struct bounds by_mono[JUMP_CLOCKS];
	s64 by_timers[JUMP_CLOCKS];
	bool timers_agree;
	u64 tsc;
	s64 mono_ns;
	s64 real_ns;
	u32 mult;
	u32 shift;
	u64 gaps_ns;
	u64 epoch;
	u64 guest_epoch;
};

/**
 * struct first - the first reading of a clock by one reader
 * @before:	guest TSC before it
 * @after:	and after it
 * @ns:		the reading
 * @page_before: what the page said of that clock
 * @page_after:	likewise
 * @torn:	the page changed meanwhile, and says nothing
 */
struct first {
	u64 before;
	u64 after;
	s64 ns;
	s64 page_before;
	s64 page_after;
	bool torn;
};

/**
 * struct happening - an event, as it looked from inside
 * @first:	by clock and reader: 0 the vDSO, 1 the system call
 * @seen:	a new epoch was
 * @least_gaps_ns: the smallest gaps_ns that the page told: it is estimated at first
 * @most_gaps_ns: the largest
 * @stall_ns:	the longest time from one look to the next
 * @back:	how often MONOTONIC went back
 * @last_tsc:	the last look
 * @mono_ns:	MONOTONIC then
 */
struct happening {
	struct first first[JUMP_CLOCKS][2];
	bool seen;
	u64 least_gaps_ns;
	u64 most_gaps_ns;
	u64 stall_ns;
	unsigned int back;
	u64 last_tsc;
	s64 mono_ns;
};

void clocks_stand(struct standing *s);
/*
 * Wait for another epoch than before, and read all clocks in turn.  In every other
 * one the kernel's clock is read while waiting: what is published already, but has
 * not begun, must not wear it out.
 */
void clocks_await(struct happening *h, const struct standing *before, unsigned int turn);
/* To be called all the time from then on. */
void clocks_look(struct happening *h);
/* Counts of the TSC as ns; negative ones too. */
/* What the page says, which may be refused. */
s64 clocks_page_real(void);
s64 clocks_ns(const struct standing *s, s64 counts);
u64 clocks_hz(void);

#endif /* _JUMPCLOCKS_H */
