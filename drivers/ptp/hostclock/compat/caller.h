/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_CALLER_H
#define _HOSTCLOCK_CALLER_H

#include <linux/types.h>

void hostclock_caller_start(void);
bool hostclock_caller_sets(unsigned long caller);
bool hostclock_caller_asks(void);

#endif /* _HOSTCLOCK_CALLER_H */
