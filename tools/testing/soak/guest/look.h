/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pages say at one instant, if they are to be believed.  Other than
 * e2e/guest/pages.h, this survives pages that are torn, scribbled on, or of
 * another offset than the guest's.
 */
#ifndef _LOOK_H
#define _LOOK_H

#include <stdbool.h>

#include <hostclock/reader.h>

#define DEVICE	"/dev/hostclock0"

/**
 * struct look - the pages at one instant
 * @valid:	they keep all rules, and say something of this TSC value
 * @tsc:	guest TSC; the other members but this one are for valid looks
 * @guest:	the guest page, a copy
 * @set:	the set that held, a copy
 * @seq:	of the clock page
 * @real:	CLOCK_REALTIME, ns
 * @bound_ns:	and its error bound
 */
struct look {
	bool valid;
	u64 tsc;
	struct hostclock_guest_page guest;
	struct hostclock_params set;
	u32 seq;
	s64 real;
	u64 bound_ns;
};

/* A thread's mapping of the pages, and what it has checked of them already. */
struct looker {
	const struct hostclock_clock_page *clock;
	const struct hostclock_guest_page *page;
	struct hostclock_guest_page guest;
	u32 guest_seq;
	bool guest_valid;
	u64 checked;		/* cycle_last of the set checked last */
	bool set_valid;
};

/* False: there is no such device, or no page behind it. */
bool look_open(struct looker *l);
void look_close(struct looker *l);

void look(struct looker *l, struct look *now);

static inline u64 clock_epoch(const struct look *at)
{
	return HOSTCLOCK_LE64(at->set.epoch);
}

static inline u64 guest_epoch(const struct look *at)
{
	return HOSTCLOCK_LE64(at->guest.epoch);
}

/* CLOCK_TAI there, ns. */
s64 look_tai(const struct look *at);

/* Both valid, and of the same epochs. */
bool look_same(const struct look *a, const struct look *b);
/* Of other epochs, or valid no more or again. */
bool look_changed(const struct look *a, const struct look *b);

#endif /* _LOOK_H */
