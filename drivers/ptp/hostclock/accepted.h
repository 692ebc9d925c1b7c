/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_ACCEPTED_H
#define _HOSTCLOCK_ACCEPTED_H

#include <linux/types.h>

#include "read_base.h"

u64 hostclock_extrapolate_by(const struct hostclock_read_base *rb,
			     const struct hostclock_guest_page *gp,
			     enum hostclock_counter which, u64 tsc);
u64 hostclock_extrapolate(const struct hostclock_read_base *rb, enum hostclock_counter which,
			  u64 tsc);
bool hostclock_params_continue(const struct hostclock_read_base *rb,
			       const struct hostclock_params *params, u64 tsc);
bool hostclock_params_slewed(const struct hostclock_read_base *rb,
			     const struct hostclock_params *params, u64 tsc);
void hostclock_params_replace(struct hostclock_read_base *rb,
			      const struct hostclock_params *params,
			      const struct hostclock_params *previous, u64 tsc);
bool hostclock_base_old(const struct hostclock_read_base *rb, u64 tsc);
bool hostclock_base_expired(const struct hostclock_read_base *rb, u64 tsc);
bool hostclock_base_reached(const struct hostclock_read_base *rb, u64 tsc);
void hostclock_base_renew(struct hostclock_read_base *rb, u64 tsc);
void hostclock_base_set(struct hostclock_read_base *rb, u64 tsc);
void hostclock_record_status_change(const struct hostclock_read_base *rb, u64 tsc);
void hostclock_clear_status_change(void);
u64 hostclock_status_since_ns(void);

#endif /* _HOSTCLOCK_ACCEPTED_H */
