/* SPDX-License-Identifier: GPL-2.0 */
/* The clock: all that is needed to write the clock pages. */
#ifndef HOSTCLOCKD_CLOCK_STATE_H
#define HOSTCLOCKD_CLOCK_STATE_H

#include "base/options.h"
#include "clock.h"
#include "view.h"

#define CLOCK_FILE	"clock"
#define CLOCK_FILE_SIZE	(PAGES * HOSTCLOCK_PAGE_SIZE)

/**
 * struct page - one clock page
 * @shown:	its parameters, in clock.now
 * @map:	the page in the host-wide file
 * @seq:	its sequence count, which is never read back
 * @next:	the parameters being planned
 */
struct page {
	struct page_view *shown;
	struct hostclock_clock_page *map;
	u32 seq;
	struct params next;
};

/**
 * struct page_hooks - what tests change about what is published
 * @planned:	in a page's next parameters
 * @params:	in these as they are in the page
 * @header:	in what stands before them
 */
struct page_hooks {
	void (*planned)(struct params *next);
	void (*params)(struct hostclock_params *params);
	void (*header)(struct hostclock_clock_page *page);
};

/**
 * struct clock - the clock
 * @opt:	options
 * @src:	where the time comes from
 * @sample:	its latest sample
 * @now:	what others see
 * @pages:	the clock pages
 * @horizon_ns:	over how long pages are corrected that are off
 * @slewed_tsc:	when the host's rate was last seen to change
 * @lines_ns:	what it took to have lines follow
 * @force_epoch: the next parameters get a new epoch
 * @hooks:	of tests, or NULL
 * @changed:	called when an epoch or status has been published, with @arg
 */
struct clock {
	const struct options *opt;
	struct clock_source *src;
	struct clock_sample sample;
	struct clock_view now;
	struct page pages[PAGES];
	u64 horizon_ns;
	u64 slewed_tsc;
	u64 lines_ns;
	bool force_epoch;
	const struct page_hooks *hooks;
	void (*changed)(void *arg);
	void *arg;
};

#endif /* HOSTCLOCKD_CLOCK_STATE_H */
