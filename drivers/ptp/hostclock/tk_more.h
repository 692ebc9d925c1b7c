/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tk_core.c gets from kernels whose timekeeping can do more than it needs.
 */
#ifndef _HOSTCLOCK_TK_MORE_H
#define _HOSTCLOCK_TK_MORE_H

#include <linux/clocksource.h>

#ifdef CONFIG_CLOCKSOURCE_RAW
void hostclock_tk_init_raw(struct clocksource *mono, struct clocksource *raw);
#else
static inline void hostclock_tk_init_raw(struct clocksource *mono,
					 struct clocksource *raw)
{
}
#endif

#ifdef CONFIG_CLOCKSOURCE_SYNC
void hostclock_tk_init_sync(struct clocksource *mono);
#else
static inline void hostclock_tk_init_sync(struct clocksource *mono)
{
}
#endif

#ifdef CONFIG_CLOCKSOURCE_STEER
void hostclock_tk_init_steer(struct clocksource *mono);
#else
static inline void hostclock_tk_init_steer(struct clocksource *mono)
{
}
#endif

#endif /* _HOSTCLOCK_TK_MORE_H */
