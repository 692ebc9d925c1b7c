/* SPDX-License-Identifier: GPL-2.0 */
/* A clock page's parameters in the host's byte order. */
#ifndef HOSTCLOCKD_PARAMS_H
#define HOSTCLOCKD_PARAMS_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/* As struct hostclock_params, whose comments apply. */
struct params {
	u64 epoch;
	u64 cycle_last;
	u32 mult;
	u32 shift;
	u64 mono_sec;
	u64 mono_snsec;
	s64 realtime_offset_ns;
	s64 boottime_offset_ns;
	u64 raw_sec;
	u64 raw_snsec;
	u32 raw_mult;
	s32 tai_sec;
	u64 maxerror_ns;
	u32 maxerror_rate_ppb;
	u8 status;
	u8 leap_indicator;
	u16 flags;
	u64 valid_ns;
	s64 leap_sec;
	u64 utc_maxerror_ns;
};

void params_encode(const struct params *p, struct hostclock_params *out);
void params_decode(const struct hostclock_params *in, struct params *p);
void params_advance(struct params *p, u64 counter);
void params_rebase(struct params *p, u64 counter, u64 mono_ns, u64 raw_ns);
u64 params_mono(const struct params *p, u64 counter);
u64 params_raw(const struct params *p, u64 counter);
bool params_same_epoch(const struct params *a, const struct params *b);

#endif /* HOSTCLOCKD_PARAMS_H */
