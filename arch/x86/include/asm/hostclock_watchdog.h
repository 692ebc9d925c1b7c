/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's watchdogs ask of the hostclock driver.
 */
#ifndef _ASM_X86_HOSTCLOCK_WATCHDOG_H
#define _ASM_X86_HOSTCLOCK_WATCHDOG_H

#include <linux/types.h>

#ifdef CONFIG_HOSTCLOCK
bool hostclock_check_guest_paused(void);
#else
static inline bool hostclock_check_guest_paused(void)
{
	return false;
}
#endif

#endif /* _ASM_X86_HOSTCLOCK_WATCHDOG_H */
