/* SPDX-License-Identifier: GPL-2.0 */
/* The clock pages: where they are and in which unit they count. */
#ifndef HOSTCLOCKD_PAGE_H
#define HOSTCLOCKD_PAGE_H

#include "exporter.h"

int pages_open(struct exporter *x, struct problem *why);
void pages_header(const struct exporter *x, const struct page *pg,
		  struct hostclock_clock_page *cp);
struct page *pages_find(struct exporter *x, u8 format, u8 smear);
void pages_rescale(struct exporter *x, const struct hostclock_tsc *tsc);
void page_start_afresh(struct page *pg);
u64 page_counter(const struct exporter *x, const struct page *pg, u64 tsc);
u64 page_rate(const struct exporter *x, const struct page *pg, u64 tsc_rate);
const struct params *page_params_at(const struct page *pg, u64 counter);

#endif /* HOSTCLOCKD_PAGE_H */
