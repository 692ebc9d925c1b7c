/* SPDX-License-Identifier: GPL-2.0 */
/* The clock pages: where they are and in which unit they count. */
#ifndef HOSTCLOCKD_PAGE_H
#define HOSTCLOCKD_PAGE_H

#include "state.h"

int pages_open(struct clock *clk, int dir, struct problem *why);
void pages_header(const struct clock_view *v, const struct page_view *pg,
		  struct hostclock_clock_page *cp);
void pages_rescale(struct clock *clk, const struct hostclock_tsc *tsc);
void page_start_afresh(struct page *pg);

#endif /* HOSTCLOCKD_PAGE_H */
