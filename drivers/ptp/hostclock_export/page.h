/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_PAGE_H
#define _HOSTCLOCK_EXPORT_PAGE_H

#include <linux/types.h>

#include "params.h"

struct hostclock_clock_page;
struct page;

/**
 * struct hcx_page - a clock page to write
 * @cp:		in the kernel's mapping.  Never read once it is being written: others
 *		may scribble on it
 * @pinned:	NULL if it is the kernel's own
 * @seq:	the last count stored that was even, or what was found
 */
struct hcx_page {
	struct hostclock_clock_page *cp;
	struct page *pinned;
	u32 seq;
};

int hcx_page_make(struct hcx_page *page);
int hcx_page_pin(struct hcx_page *page, u64 address);
void hcx_page_release(struct hcx_page *page);
bool hcx_page_usable(const struct hcx_page *page);
void hcx_page_newest(const struct hcx_page *page, struct hcx_params *p);
u64 hcx_page_begin(struct hcx_page *page);
void hcx_page_publish(struct hcx_page *page, const struct hcx_params *p,
		      const struct hostclock_export_meta *meta);
void hcx_page_abandon(struct hcx_page *page);
void hcx_page_set_live(struct hcx_page *page, bool live);

#endif /* _HOSTCLOCK_EXPORT_PAGE_H */
