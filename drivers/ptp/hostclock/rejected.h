/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_REJECTED_H
#define _HOSTCLOCK_REJECTED_H

#include <linux/types.h>

int hostclock_error(void);
int hostclock_last_error(void);
bool hostclock_error_set(int error);
bool hostclock_error_clear(int error);
bool hostclock_rejected(u64 key);
void hostclock_rejected_set(u64 key, u64 until);
void hostclock_rejected_clear(void);
void hostclock_rejected_forget(void);

#endif /* _HOSTCLOCK_REJECTED_H */
