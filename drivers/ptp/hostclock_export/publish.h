/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_PUBLISH_H
#define _HOSTCLOCK_EXPORT_PUBLISH_H

#include <linux/types.h>

#include "page.h"

struct timekeeper;

/**
 * struct hcx_counts - what was done, since the module was loaded
 * @hooks:		updates that were announced by the hook
 * @updates:		timekeeping updates
 * @published:		sets stored
 * @epochs:		new ones
 * @held_max:		longest time that readers had to wait, in counts
 */
struct hcx_counts {
	u64 hooks;
	u64 updates;
	u64 published;
	u64 epochs;
	u64 held_max;
};

void hcx_publish_init(void (*changed)(void));
void hcx_publish_start(struct hcx_page *page, const struct hostclock_export_meta *meta);
void hcx_publish_armed(void);
int hcx_publish_move(struct hcx_page *page);
void hcx_publish_end(void);
int hcx_publish_meta(const struct hostclock_export_meta *meta);
void hcx_publish_begin(void);
void hcx_publish_update(const struct timekeeper *tk);
int hcx_publish_reason(void);
void hcx_publish_counts(struct hcx_counts *counts);
u64 hcx_publish_events(void);

#endif /* _HOSTCLOCK_EXPORT_PUBLISH_H */
