/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_CHECK_H
#define _HOSTCLOCK_EXPORT_CHECK_H

#include <linux/types.h>

struct hostclock_clock_page;

/* As they stand in the arrays below. */
enum hcx_clock {
	HCX_REALTIME,
	HCX_MONOTONIC,
	HCX_RAW,
	HCX_BOOTTIME,
	HCX_TAI,
	HCX_CLOCKS,
};

/**
 * struct hcx_check - the page compared with the kernel's clocks at one counter value
 * @compared:	how often
 * @unsettled:	how often the clock was set meanwhile, or the page was not LIVE: not
 *		compared
 * @previous:	how often the set before the newest had the answer
 * @wrong:	how often the two were not the same
 * @low:	least and
 * @high:	greatest of page - kernel, ns
 */
struct hcx_check {
	u64 compared;
	u64 unsettled;
	u64 previous;
	u64 wrong[HCX_CLOCKS];
	s64 low[HCX_CLOCKS];
	s64 high[HCX_CLOCKS];
};

void hcx_check_run(const struct hostclock_clock_page *cp, u64 times, struct hcx_check *check);
bool hcx_check_wrong(const struct hcx_check *check);

#endif /* _HOSTCLOCK_EXPORT_CHECK_H */
