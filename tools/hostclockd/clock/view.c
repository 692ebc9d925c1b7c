// SPDX-License-Identifier: GPL-2.0
#include "base/rate.h"
#include "view.h"

/* The page of that format and smear, or NULL. */
const struct page_view *view_page(const struct clock_view *v, u8 format, u8 smear)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		if (v->pages[i].format == format && v->pages[i].smear == smear)
			return &v->pages[i];
	}
	return NULL;
}

/* The counter of pages of that format at a TSC value. */
u64 view_counter(const struct clock_view *v, u8 format, u64 tsc)
{
	if (format == HOSTCLOCK_FORMAT_UNSCALED)
		return tsc;
	return hostclock_tsc_to_guest(&v->scaled, tsc);
}

/* A rate against the TSC, as one against that counter. */
u64 view_rate(const struct clock_view *v, u8 format, u64 tsc_rate)
{
	if (format == HOSTCLOCK_FORMAT_UNSCALED)
		return tsc_rate;
	return rate_muldiv(tsc_rate, 1ULL << v->scaled.frac_bits, v->scaled.ratio);
}

/* The parameters in force at a counter value. */
const struct params *view_params_at(const struct page_view *pg, u64 counter)
{
	if ((s64)(counter - pg->params.cycle_last) >= 0 || !pg->previous.epoch)
		return &pg->params;
	return &pg->previous;
}
