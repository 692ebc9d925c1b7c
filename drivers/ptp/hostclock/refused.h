/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_REFUSED_H
#define _HOSTCLOCK_REFUSED_H

#include <linux/types.h>

int hostclock_fault(void);
int hostclock_last_fault(void);
bool hostclock_fault_set(int fault);
bool hostclock_fault_clear(int fault);
bool hostclock_refused(u64 key);
void hostclock_refused_set(u64 key, u64 until);
void hostclock_refused_clear(void);
void hostclock_refused_forget(void);

#endif /* _HOSTCLOCK_REFUSED_H */
