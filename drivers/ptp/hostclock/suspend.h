/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SUSPEND_H
#define _HOSTCLOCK_SUSPEND_H

#include <linux/types.h>

int hostclock_suspend_init(void);
void hostclock_suspend_exit(void);
void hostclock_suspend(void);
void hostclock_resume(void);
bool hostclock_resumed(void);

#endif /* _HOSTCLOCK_SUSPEND_H */
