/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The vmclock form of a clock, to and from ours.  A vmclock's counter period is
 * in units of 2^-(64 + counter_period_shift) s, its time in units of 2^-64 s.
 */
#ifndef _HOSTCLOCK_VMCLOCK_H
#define _HOSTCLOCK_VMCLOCK_H

#include <hostclock/clocks.h>
#include <linux/hostclock-abi.h>

/* The flags that hostclock_to_vmclock() decides; others are left as they are. */
#define HOSTCLOCK_VMCLOCK_FLAGS_SET (HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID | \
				     HOSTCLOCK_VMCLOCK_PERIOD_ESTERROR_VALID | \
				     HOSTCLOCK_VMCLOCK_PERIOD_MAXERROR_VALID | \
				     HOSTCLOCK_VMCLOCK_TIME_ESTERROR_VALID | \
				     HOSTCLOCK_VMCLOCK_TIME_MAXERROR_VALID)

/* A vmclock's reading. */
struct hostclock_vmtime {
	u64 sec;		/* of the structure's time_type */
	u64 frac;		/* 2^-64 s */
	struct hostclock_time utc;
	struct hostclock_time tai;
	bool utc_valid;
	bool tai_valid;
	u64 esterror_ns;	/* U64_MAX: unknown */
	u64 maxerror_ns;	/* U64_MAX: unknown */
};

bool hostclock_to_vmclock(const struct hostclock_params *p, u64 tsc_offset,
			  struct hostclock_vmclock *vc);
bool hostclock_from_vmclock(const struct hostclock_vmclock *vc,
			    struct hostclock_params *p);
bool hostclock_vmclock_at(const struct hostclock_vmclock *vc, u64 counter,
			  struct hostclock_vmtime *time);

#endif /* _HOSTCLOCK_VMCLOCK_H */
