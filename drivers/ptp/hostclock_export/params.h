/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of a clock page, native-endian, and what is known of the clock beside it.  Pure
 * arithmetic: the native tests compile it, too.
 */
#ifndef _HOSTCLOCK_EXPORT_PARAMS_H
#define _HOSTCLOCK_EXPORT_PARAMS_H

#include <hostclock/platform.h>
#include <misc/hostclock-export.h>

/* The kernel's line.  Members as in struct hostclock_params. */
struct hcx_params {
	u64 epoch;
	u64 cycle_last;
	u32 mult;
	u32 raw_mult;
	u32 shift;
	s32 tai_sec;
	u64 mono_sec;
	u64 mono_snsec;
	u64 raw_sec;
	u64 raw_snsec;
	s64 wall_ns;
	s64 boot_ns;
};

void hcx_params_carry(struct hcx_params *p);
u64 hcx_params_max_cycles(const struct hcx_params *p);
void hcx_params_begin_at(struct hcx_params *p, u64 counter);
bool hcx_params_same_offsets(const struct hcx_params *a, const struct hcx_params *b);
bool hcx_params_rates_differ(u32 a, u32 b);
bool hcx_params_ahead(const struct hcx_params *a, const struct hcx_params *b, u64 counter);
void hcx_meta_age(struct hostclock_export_meta *meta, u64 age_cycles, u64 khz);

#endif /* _HOSTCLOCK_EXPORT_PARAMS_H */
