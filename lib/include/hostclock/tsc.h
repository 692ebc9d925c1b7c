/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What hardware virtualisation does to the TSC, as KVM programs it:
 *
 *	guest = (host * ratio >> frac_bits) + offset	modulo 2^64
 *
 * with 48 fraction bits on Intel, 32 on AMD.  Without scaling, ratio is
 * 1 << frac_bits.
 */
#ifndef _HOSTCLOCK_TSC_H
#define _HOSTCLOCK_TSC_H

#include <hostclock/platform.h>

#define HOSTCLOCK_TSC_FRAC_BITS_VMX	48
#define HOSTCLOCK_TSC_FRAC_BITS_SVM	32

struct hostclock_tsc {
	u64 ratio;	/* guest counts per host count, fixed point; not 0 */
	u64 offset;	/* guest counts, modulo 2^64 */
	u32 frac_bits;	/* of ratio, 0 to 63 */
};

u64 hostclock_tsc_ratio(u64 guest_hz, u64 host_hz, u32 frac_bits);
u64 hostclock_tsc_to_guest(const struct hostclock_tsc *t, u64 host_tsc);
bool hostclock_tsc_to_host(const struct hostclock_tsc *t, u64 guest_tsc,
			   u64 *host_tsc);

#endif /* _HOSTCLOCK_TSC_H */
