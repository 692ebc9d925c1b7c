/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_GAP_H
#define _HOSTCLOCK_GAP_H

#include <linux/types.h>

#include "read_base.h"

u64 hostclock_without_gap(const struct hostclock_read_base *rb,
			  const struct hostclock_guest_page *gp, u64 tsc);
bool hostclock_gap_reported(const struct hostclock_read_base *rb, u64 tsc);

#endif /* _HOSTCLOCK_GAP_H */
