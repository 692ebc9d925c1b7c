/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pages as a program sees them, and the time they tell, by the library's
 * own reader: what the clocks under test are compared with.
 */
#ifndef _PAGES_H
#define _PAGES_H

#include <stdbool.h>
#include <time.h>

#include <hostclock/reader.h>

struct pages {
	const struct hostclock_clock_page *clock;
	const struct hostclock_guest_page *guest;	/* NULL on the host */
	u64 guest_epoch;	/* of which the offsets are */
	u64 tsc_offset;
	s64 mono_offset_ns;
	s64 raw_offset_ns;
};

/* What the pages say at one TSC value, all in ns. */
struct page_time {
	u64 tsc;
	u64 epoch;
	s64 real;
	s64 tai;
	s64 mono;	/* the guest's counter: mono_offset_ns is in it */
	s64 boot;
	s64 raw;	/* likewise, raw_offset_ns */
	u64 age;	/* since the parameters' base */
	u64 maxerror;	/* the bound at that base */
	u32 maxerror_rate_ppb;
	u32 seq;
	u8 status;
	bool tai_valid;
	bool newest;	/* by the set published last, not the one before it */
};

/* In the guest: DEVICE's guest page and the clock page it follows. */
void pages_open_device(struct pages *pages, const char *device);
void pages_close(struct pages *pages);

/* Has the guest page begun another epoch than the one whose offsets these are? */
bool pages_are_old(const struct pages *pages);

/* Open them again if they are old, or for the first time.  Return whether that was needed. */
bool pages_renew(struct pages *pages, const char *device);

/*
 * On the host: the page of this format and smear in an exporter's clock file.
 * The counter is then the host's own TSC, so the format must be unscaled.
 */
void pages_open_file(struct pages *pages, const char *file, u8 smear);

/* The time now, and at a TSC value read a moment ago. */
void pages_now(const struct pages *pages, struct page_time *t);
void pages_at(const struct pages *pages, u64 tsc, struct page_time *t);

/*
 * Are both by one parameter set, in which bounds only grow?  The set published last begins
 * without another update of the page.
 */
bool pages_same_set(const struct page_time *before, const struct page_time *after);

/* The error bound at t. */
u64 pages_maxerror(const struct page_time *t);

/* One of the clocks in t, by its number; -1 for a clock no page tells. */
s64 page_clock(const struct page_time *t, clockid_t id);

#endif /* _PAGES_H */
