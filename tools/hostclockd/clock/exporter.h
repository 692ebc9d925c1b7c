/* SPDX-License-Identifier: GPL-2.0 */
/* The exporter's state. */
#ifndef HOSTCLOCKD_EXPORTER_H
#define HOSTCLOCKD_EXPORTER_H

#include <hostclock/tsc.h>

#include "base/options.h"
#include "clock.h"
#include "leap.h"
#include "params.h"

/* {unscaled, scaled} x {strict, smeared}, in this order in the file. */
#define PAGES		4
#define CLOCK_FILE	"clock"
#define CLOCK_FILE_SIZE	(PAGES * HOSTCLOCK_PAGE_SIZE)

/**
 * struct page - one clock page
 * @format:	HOSTCLOCK_FORMAT_*
 * @smear:	HOSTCLOCK_SMEAR_*
 * @map:	the page in the host-wide file
 * @seq:	its sequence count, which is never read back
 * @params:	the newest parameters; epoch 0 if there are none
 * @previous:	those before
 * @next:	those being planned
 */
struct page {
	u8 format;
	u8 smear;
	struct hostclock_clock_page *map;
	u32 seq;
	struct params params;
	struct params previous;
	struct params next;
};

/**
 * struct page_copies - copies of all clock pages, for one guest alone
 * @next:	the next guest's
 * @first:	the first page's; the others follow
 */
struct page_copies {
	struct page_copies *next;
	struct hostclock_clock_page *first;
};

static inline struct hostclock_clock_page *
page_copy(const struct page_copies *copies, int page)
{
	return (void *)copies->first + page * HOSTCLOCK_PAGE_SIZE;
}

/**
 * struct update_stats - what updating the clock pages costs
 * @count:	updates
 * @ns_total:	time spent in them
 * @ns_min:	the cheapest
 * @ns_last:	the latest
 * @late:	recomputed because the process had been preempted
 * @missed:	published too late all the same
 * @half_ns:	bound of the latest measurement
 * @residual_ns: latest page time - host time
 */
struct update_stats {
	u64 count;
	u64 ns_total;
	u64 ns_min;
	u64 ns_last;
	u64 late;
	u64 missed;
	u64 half_ns;
	s64 residual_ns;
};

/**
 * struct page_hooks - what tests change about what is published
 * @planned:	in a page's next parameters
 * @params:	in these as they are in the page
 * @header:	in what stands before them
 * @guest:	in a guest page
 */
struct page_hooks {
	void (*planned)(struct params *next);
	void (*params)(struct hostclock_params *params);
	void (*header)(struct hostclock_clock_page *page);
	void (*guest)(struct hostclock_guest_page *page);
};

/**
 * struct exporter - everything
 * @opt:		options
 * @dir:		the directory
 * @vm_dir:		and its vm/
 * @host_id:		what its pages say names this host
 * @src:		the clock
 * @sample:		its latest sample
 * @sampled:		there is one
 * @pages:		the clock pages
 * @clock_map:		the file they are in
 * @copies:		their copies for private guests
 * @leap:		near and past leap seconds
 * @khz:		the TSC's nominal frequency
 * @scale:		nominal ns per TSC tick, as a rate
 * @scaled:		a scaled page's counter, as the TSC of a guest
 * @continued:		the pages go on from where an earlier exporter left them
 * @begins:		TSC at which the newest parameters start
 * @unsaved:		the state file is older than the state
 * @force_epoch:	the next parameters get a new epoch
 * @pages_lost:		a page started afresh, and guests have not been notified
 * @stats:		cost of updates
 * @frozen:		a test wants no updates
 * @hooks:		of tests, or NULL
 * @vms:		the guests
 * @renew_next:	whose vmclock part is renewed next, NULL: the first's
 * @poll_next:	which guest is polled next, NULL: the first; under TCG, under KVM
 */
struct exporter {
	struct options opt;
	int dir;
	int vm_dir;
	u8 host_id[16];
	struct clock_source *src;
	struct clock_sample sample;
	bool sampled;
	struct page pages[PAGES];
	void *clock_map;
	struct page_copies *copies;
	struct leap_plan leap;
	u64 khz;
	u64 scale;
	struct hostclock_tsc scaled;
	bool continued;
	u64 begins;
	bool unsaved;
	bool force_epoch;
	bool pages_lost;
	struct update_stats stats;
	bool frozen;
	const struct page_hooks *hooks;
	struct vm *vms;
	struct vm *renew_next;
	struct vm *poll_next[2];
};

/* State that a later exporter needs has changed: write it at the end of the dispatch. */
static inline void exporter_changed(struct exporter *x)
{
	x->unsaved = true;
}

#endif /* HOSTCLOCKD_EXPORTER_H */
