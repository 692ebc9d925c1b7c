/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_COUNTER_H
#define _HOSTCLOCK_COUNTER_H

#include <linux/types.h>

#include "accepted.h"

u64 hostclock_counter_tsc(enum hostclock_counter which, u64 *tsc);

/* Read one of the guest's counters: ns, below 2^63 */
static __always_inline u64 hostclock_counter(enum hostclock_counter which)
{
	u64 tsc;

	return hostclock_counter_tsc(which, &tsc);
}

/* For the timekeeping backend */
void hostclock_counter_set_override(bool (*override)(enum hostclock_counter which, u64 *ns));
void hostclock_vdso_base_renew(void);

/* The accepted state */
void hostclock_write_lock(void);
void hostclock_write_unlock(void);
void hostclock_read_base_set(const struct hostclock_read_base *rb,
			     const struct hostclock_clock_page *header);
void hostclock_read_base_get(struct hostclock_read_base *rb);
void hostclock_accepted_get(struct hostclock_accepted *a);
void hostclock_read_base_clear(void);

/* When the status changed */
bool hostclock_status_differs(const struct hostclock_params *params, u64 tsc_offset,
			      u64 tsc);

/* Have the pages changed? */
u64 hostclock_pages_key(void);
bool hostclock_known_rejected(void);
bool hostclock_resync_needed(void);
bool hostclock_base_late(void);
bool hostclock_resync_due(void);

#endif /* _HOSTCLOCK_COUNTER_H */
