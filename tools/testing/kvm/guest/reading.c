// SPDX-License-Identifier: GPL-2.0
/* A reading of a clock, between two of the page.  See reading.h. */
#include "clocks.h"
#include "reading.h"

uint64_t guest_epoch(const struct pages *pages)
{
	return HOSTCLOCK_LE64(pages->guest->epoch);
}

void reading_take(const struct pages *pages, clockid_t id, struct reading *r)
{
	r->epoch = guest_epoch(pages);
	pages_now(pages, &r->before);
	r->ns = read_vdso(id);
	pages_now(pages, &r->after);
}

void reading_again(const struct pages *pages, struct reading *r)
{
	pages_at(pages, r->before.tsc, &r->before);
	pages_at(pages, r->after.tsc, &r->after);
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
