/* SPDX-License-Identifier: GPL-2.0 */
/* A clock page's parameter set in the host's own byte order. */
#ifndef HOSTCLOCKD_PSET_H
#define HOSTCLOCKD_PSET_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/* As struct hostclock_params, whose comments apply. */
struct pset {
	u64 epoch;
	u64 cycle_last;
	u32 mult;
	u32 shift;
	u64 mono_sec;
	u64 mono_snsec;
	s64 wall_ns;
	s64 boot_ns;
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

void pset_encode(const struct pset *p, struct hostclock_params *out);
void pset_decode(const struct hostclock_params *in, struct pset *p);
void pset_advance(struct pset *p, u64 counter);
void pset_rebase(struct pset *p, u64 counter, u64 mono_ns, u64 raw_ns);
u64 pset_mono(const struct pset *p, u64 counter);
u64 pset_raw(const struct pset *p, u64 counter);
bool pset_same_epoch(const struct pset *a, const struct pset *b);

#endif /* HOSTCLOCKD_PSET_H */
