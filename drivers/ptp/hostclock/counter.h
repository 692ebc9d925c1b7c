/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_COUNTER_H
#define _HOSTCLOCK_COUNTER_H

#include <linux/types.h>

#include "accepted.h"

u64 hostclock_counter(enum hostclock_counter kind);

/* For the timekeeping backend */
void hostclock_counter_set_override(bool (*override)(enum hostclock_counter kind, u64 *ns));
void hostclock_vdso_base_get(enum hostclock_counter kind, struct hostclock_vdso_base *line);

/* What is accepted */
void hostclock_view_lock(void);
void hostclock_view_unlock(void);
void hostclock_view_put(const struct hostclock_view *v,
			const struct hostclock_clock_page *header);
void hostclock_view_get(struct hostclock_view *view);
void hostclock_anchor_get(struct hostclock_accepted *anchor);
void hostclock_view_forget(void);

/* When the status became what it is */
bool hostclock_other_status(const struct hostclock_params *set, u64 tsc_offset,
			    u64 tsc);
void hostclock_note_status(const struct hostclock_view *v, u64 tsc);
u64 hostclock_status_since_ns(void);

/* Whether the pages are as they were accepted or refused */
u64 hostclock_pages_key(void);
bool hostclock_known_refused(void);
bool hostclock_stale(void);
bool hostclock_resync_due(void);

#endif /* _HOSTCLOCK_COUNTER_H */
