/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SEEN_H
#define _HOSTCLOCK_SEEN_H

#include <linux/bits.h>
#include <linux/types.h>

#include <hostclock/reader.h>

/* How often the highest reading is noted: 2^30 ns, about a second. */
#define HOSTCLOCK_NOTE_NS	BIT_ULL(30)

u64 hostclock_last_ns(enum hostclock_counter kind);
void hostclock_last_ns_set(enum hostclock_counter kind, u64 ns);
u64 hostclock_note(enum hostclock_counter kind, u64 ns);

u64 hostclock_seen_tsc(void);
void hostclock_seen_set(u64 tsc);

bool hostclock_counter_used(enum hostclock_counter kind);
void hostclock_counter_set_used(enum hostclock_counter kind, bool on);
void hostclock_set_max_ahead(u64 ns);
bool hostclock_too_far(enum hostclock_counter kind, u64 ns);

#endif /* _HOSTCLOCK_SEEN_H */
