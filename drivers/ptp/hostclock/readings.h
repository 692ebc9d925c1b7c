/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_READINGS_H
#define _HOSTCLOCK_READINGS_H

#include <linux/bits.h>
#include <linux/types.h>

#include <hostclock/reader.h>

/*
 * A reading is recorded if it is this much above the last: 34 ms, which is more than a
 * vDSO update is good for
 */
#define HOSTCLOCK_RECORD_INTERVAL_NS	BIT_ULL(25)

u64 hostclock_last_reading(enum hostclock_counter which);
void hostclock_set_last_reading(enum hostclock_counter which, u64 ns);
u64 hostclock_record_reading(enum hostclock_counter which, u64 ns);

bool hostclock_counter_in_use(enum hostclock_counter which);
void hostclock_counter_set_in_use(enum hostclock_counter which, bool on);
void hostclock_set_asleep(bool on);
bool hostclock_asleep(void);
void hostclock_set_idle(bool (*idle)(void));
bool hostclock_vdso_unread(void);
void hostclock_set_max_delta(u64 ns);
bool hostclock_exceeds_max_delta(enum hostclock_counter which, u64 ns);

#endif /* _HOSTCLOCK_READINGS_H */
