/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SETS_H
#define _HOSTCLOCK_SETS_H

#include <linux/types.h>

#include "read_base.h"

/* Rounding, and CPUs whose TSCs differ when the rate changes */
#define HOSTCLOCK_ROUNDING_NS	64

u64 hostclock_params_counter(const struct hostclock_params *params, u64 tsc_offset,
			     enum hostclock_counter which, u64 tsc);
void hostclock_params_set(struct hostclock_read_base *rb, const struct hostclock_read_base *old,
			  const struct hostclock_params *params,
			  const struct hostclock_params *previous, u64 tsc);
bool hostclock_same_clock_epoch(const struct hostclock_read_base *rb,
				const struct hostclock_params *params);

#endif /* _HOSTCLOCK_SETS_H */
