/* SPDX-License-Identifier: GPL-2.0 */
/* Bringing the clock up. */
#ifndef HOSTCLOCKD_CLOCK_OPEN_H
#define HOSTCLOCKD_CLOCK_OPEN_H

#include "state.h"

/**
 * struct clock_parts - what a clock for tests has instead
 * @any_clock:	the host's clocks need be no function of the TSC
 * @source:	puts another one in clk->src once the pages are known; or NULL
 * @hooks:	change what is published; or NULL
 */
struct clock_parts {
	bool any_clock;
	int (*source)(struct clock *clk, struct problem *why);
	const struct page_hooks *hooks;
};

int clock_open(struct clock *clk, int dir, const struct clock_parts *parts,
	       struct problem *why);

#endif /* HOSTCLOCKD_CLOCK_OPEN_H */
