// SPDX-License-Identifier: GPL-2.0
/* A reading of a clock, between two of the page.  See reading.h. */
#include <hostclock/reader.h>

#include "clocks.h"
#include "reading.h"

/*
 * The rates of consecutive sets differ by less: 50 ns of measurement noise within
 * an update's 100 ms are 0.5 ppm.
 */
#define DRIFT_PPM	2

void reading_take(const struct pages *pages, clockid_t id, struct reading *r)
{
	pages_now(pages, &r->before);
	r->ns = read_vdso(id);
	pages_now(pages, &r->after);
}

/*
 * Before what the page's two sets tell, which the guest may have been kept from
 * looking at in time: by the rates of the newest, and what those may be off in
 * such a time, earlier for side -1 and later for 1.
 */
static void extrapolate(const struct pages *pages, u64 tsc, struct page_time *t, int side)
{
	const struct hostclock_params *set;
	s64 back_ns;
	u32 shift;

	pages_now(pages, t);
	set = hostclock_newest(pages->clock, t->seq);
	shift = HOSTCLOCK_LE32(set->shift);
	back_ns = hostclock_scale_wide(t->tsc - tsc, HOSTCLOCK_LE32(set->mult), 0, shift);
	back_ns -= side * (back_ns / 1000000 + 1) * DRIFT_PPM;
	t->real -= back_ns;
	t->tai -= back_ns;
	t->mono -= back_ns;
	t->boot -= back_ns;
	t->raw -= hostclock_scale_wide(t->tsc - tsc, HOSTCLOCK_LE32(set->raw_mult), 0, shift);
	t->tsc = tsc;
}

static void at_again(const struct pages *pages, struct page_time *t, int side)
{
	u64 tsc = t->tsc;

	pages_at(pages, tsc, t);
	if (!t->age)
		extrapolate(pages, tsc, t, side);
}

void reading_again(const struct pages *pages, struct reading *r)
{
	at_again(pages, &r->before, -1);
	at_again(pages, &r->after, 1);
}

int64_t reading_error_low(const struct reading *r, clockid_t id)
{
	return r->ns - page_clock(&r->after, id);
}

int64_t reading_error_high(const struct reading *r, clockid_t id)
{
	return r->ns - page_clock(&r->before, id);
}

int64_t reading_error(const struct reading *r, clockid_t id)
{
	int64_t low = reading_error_low(r, id), high = reading_error_high(r, id);

	if (low > 0)
		return low;
	return high < 0 ? high : 0;
}
