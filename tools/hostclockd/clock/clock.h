/* SPDX-License-Identifier: GPL-2.0 */
/* Where the time comes from: the host's clocks, or simulated ones. */
#ifndef HOSTCLOCKD_CLOCK_H
#define HOSTCLOCKD_CLOCK_H

#include <hostclock/platform.h>

#include "base/report.h"

/* Where the TAI offset comes from. */
enum tai_source {
	TAI_UNKNOWN,
	TAI_KERNEL,
	TAI_LIST,
	TAI_LIST_EXPIRED,
	TAI_SIMULATED,
};

/**
 * struct clock_sample - a host's clocks around one TSC value
 * @tsc:		where the following values hold
 * @mono_ns:		MONOTONIC
 * @raw_ns:		MONOTONIC_RAW
 * @half_ns:		bound on the error of mono_ns and raw_ns
 * @mono_rate:		MONOTONIC's rate against the TSC, from tsc on
 * @raw_rate:		MONOTONIC_RAW's
 * @change_ppb:		by how much mono_rate may change
 * @realtime_offset_ns:		REALTIME - MONOTONIC, exact
 * @boottime_offset_ns:		BOOTTIME - MONOTONIC
 * @gap_ns:		by how much MONOTONIC and RAW jump there; only a simulated
 *			clock does
 * @tai_sec:		TAI - REALTIME
 * @tai_source:		and where that is from
 * @leap:		announced: 1 insertion, -1 deletion, 0 none
 * @leap_sec:		UTC second before which it happens
 * @host_leaps:		the clock itself will do it (announced to the kernel)
 * @utc_synced:		the host's kernel calls its clock synchronised
 * @utc_maxerror_ns:	its bound, or HOSTCLOCK_ERROR_UNKNOWN
 * @exact:		simulated: nothing is measured, changes begin at tsc
 * @slewed:		mono_rate has just changed, and by more than is let pass
 * @renewed:		the relation to the TSC is another one than before
 * @problem:		why the above is no function of the TSC, so that it must not be
 *			relied on; NULL if it is.  Valid until the next sample.
 */
struct clock_sample {
	u64 tsc;
	u64 mono_ns;
	u64 raw_ns;
	u64 half_ns;
	u64 mono_rate;
	u64 raw_rate;
	u64 change_ppb;
	s64 realtime_offset_ns;
	s64 boottime_offset_ns;
	u64 gap_ns;
	s32 tai_sec;
	enum tai_source tai_source;
	int leap;
	s64 leap_sec;
	bool host_leaps;
	bool utc_synced;
	u64 utc_maxerror_ns;
	bool exact;
	bool slewed;
	bool renewed;
	const char *problem;
};

struct page;

/**
 * struct clock_source - host clocks that can be sampled
 * @sample:	take a sample; a simulated clock answers for @begin, the TSC value at
 *		which changes asked of it take effect, a real one for now
 * @plan:	give a page's next parameters their course, all but what any page's
 *		status says; false if the page shall follow the samples as usual.  May
 *		be NULL
 * @commit:	the last sample has been published: changes in it are final;
 *		may be NULL
 * @close:	give back what it holds
 * @simulated:	no other exporter has these clocks
 *
 * Embedded into what implements it.
 */
struct clock_source {
	int (*sample)(struct clock_source *src, u64 begin,
		      struct clock_sample *s, struct problem *why);
	bool (*plan)(struct clock_source *src, struct page *pg,
		     const struct clock_sample *s);
	void (*commit)(struct clock_source *src);
	void (*close)(struct clock_source *src);
	bool simulated;
};

struct clock_source *sampler_open(const char *leap_list, u64 max_slew_ppb,
				  bool any, struct problem *why);

#endif /* HOSTCLOCKD_CLOCK_H */
