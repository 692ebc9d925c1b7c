/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The pvclock form of a clock (kvm-clock, Xen), to and from ours:
 *
 *	d  = tsc - tsc_timestamp, shifted left by tsc_shift, or right by -tsc_shift
 *	ns = system_time + (d * tsc_to_system_mul >> 32)
 *
 * A right shift drops the low bits of d: up to 2^-tsc_shift - 1 counts.
 */
#ifndef _HOSTCLOCK_PVCLOCK_H
#define _HOSTCLOCK_PVCLOCK_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

struct hostclock_pvclock {
	u64 tsc_timestamp;
	u64 system_time;	/* ns */
	u32 tsc_to_system_mul;	/* not 0 */
	int tsc_shift;		/* -31 to 31 */
};

u64 hostclock_pvclock_ns(const struct hostclock_pvclock *pv, u64 tsc);
bool hostclock_to_pvclock(const struct hostclock_params *p,
			  struct hostclock_pvclock *pv);
bool hostclock_from_pvclock(const struct hostclock_pvclock *pv,
			    struct hostclock_params *p);

#endif /* _HOSTCLOCK_PVCLOCK_H */
