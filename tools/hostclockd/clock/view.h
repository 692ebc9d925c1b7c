/* SPDX-License-Identifier: GPL-2.0 */
/* What the clock tells of itself: its pages' parameters and how they came about. */
#ifndef HOSTCLOCKD_VIEW_H
#define HOSTCLOCKD_VIEW_H

#include <sys/types.h>

#include <hostclock/tsc.h>

#include "base/report.h"
#include "clock.h"
#include "leap.h"
#include "params.h"

/* {unscaled, scaled} x {strict, smeared}, in this order in the file. */
#define PAGES		4

/**
 * struct page_view - one clock page
 * @format:	HOSTCLOCK_FORMAT_*
 * @smear:	HOSTCLOCK_SMEAR_*
 * @params:	the newest parameters; epoch 0 if there are none
 * @previous:	those before
 */
struct page_view {
	u8 format;
	u8 smear;
	struct params params;
	struct params previous;
};

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

/* Who writes the unscaled, strict page? */
enum kernel_state {
	KERNEL_ABSENT,		/* hostclockd: the kernel cannot, */
	KERNEL_OFF,		/* shall not, */
	KERNEL_SOON,		/* takes over when the page is a little behind, */
	KERNEL_REFUSED,		/* did not */
	KERNEL_LIVE,		/* the kernel */
};

/**
 * struct kernel_view - the kernel as a writer
 * @state:	enum kernel_state
 * @why:	why it is that, or ""
 */
struct kernel_view {
	u8 state;
	char why[127];
};

/**
 * struct clock_view - all that others may know of the clock
 * @host_id:	what the pages say names this host
 * @pages:	the clock pages
 * @leap:	near and past leap seconds
 * @khz:	the TSC's nominal frequency
 * @scale:	nominal ns per TSC tick, as a rate
 * @scaled:	a scaled page's counter, as the TSC of a guest
 * @begins:	TSC at which the newest parameters start
 * @interval_ns:	time until the next update
 * @afresh:	how often pages started afresh, so that all guests need new epochs
 * @instance:	another one for every process that is the clock
 * @stats:	cost of updates
 * @slew_ppb:	by how much MONOTONIC is faster than RAW
 * @tai_source:	where the TAI offset comes from
 * @tai_sec:	that offset
 * @utc_synced:	the host's kernel calls its clock synchronised
 * @continued:	the pages go on from where an earlier exporter left them
 * @simulated:	no other exporter has these clocks
 * @frozen:	a test wants no updates
 * @kernel:	does the host's kernel write a page?
 * @problem:	why the clocks are no function of the TSC, or ""
 */
struct clock_view {
	u8 host_id[16];
	struct page_view pages[PAGES];
	struct leap_plan leap;
	u64 khz;
	u64 scale;
	struct hostclock_tsc scaled;
	u64 begins;
	u64 interval_ns;
	u64 afresh;
	u64 instance;
	struct update_stats stats;
	s64 slew_ppb;
	enum tai_source tai_source;
	s32 tai_sec;
	bool utc_synced;
	bool continued;
	bool simulated;
	bool frozen;
	struct kernel_view kernel;
	char problem[sizeof(((struct problem *)NULL)->text)];
};

const struct page_view *view_page(const struct clock_view *v, u8 format, u8 smear);
u64 view_counter(const struct clock_view *v, u8 format, u64 tsc);
u64 view_rate(const struct clock_view *v, u8 format, u64 tsc_rate);
const struct params *view_params_at(const struct page_view *pg, u64 counter);

#endif /* HOSTCLOCKD_VIEW_H */
