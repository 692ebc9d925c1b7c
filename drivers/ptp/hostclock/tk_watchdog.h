/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_TK_WATCHDOG_H
#define _HOSTCLOCK_TK_WATCHDOG_H

#include <linux/types.h>

void hostclock_watchdogs_check(void);
void hostclock_watchdogs_gap(u64 mono_ns);
void hostclock_watchdogs_watch(bool on);

#endif /* _HOSTCLOCK_TK_WATCHDOG_H */
