/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXACT_H
#define _HOSTCLOCK_EXACT_H

#include <linux/types.h>

#include "setting.h"

const char *hostclock_exact_start(void (*commit)(struct hostclock_setting *s));
void hostclock_exact_stop(void);
bool hostclock_exact_reading(unsigned long caller, u64 *reading);
int hostclock_exact_set(void (*was_set)(void));

#endif /* _HOSTCLOCK_EXACT_H */
