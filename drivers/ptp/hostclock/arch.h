/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_ARCH_H
#define _HOSTCLOCK_ARCH_H

#include <linux/types.h>

extern const u8 hostclock_arch_counter_id;

bool hostclock_arch_counter_usable(void);

#endif /* _HOSTCLOCK_ARCH_H */
