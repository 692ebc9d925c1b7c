/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_TK_H
#define _HOSTCLOCK_TK_H

#include <linux/clocksource.h>

#include <hostclock/reader.h>

/* The timekeeping backend: tk_core.c or compat/tk_stock.c */
const char *hostclock_tk_name(void);
void hostclock_tk_init(struct clocksource *mono, struct clocksource *raw);
int hostclock_tk_register(struct clocksource *cs);
void hostclock_tk_reading(void);	/* before each reading of a clocksource */
void hostclock_tk_unregistered(void);	/* wait for readers that sleep */
int hostclock_tk_enable(enum hostclock_counter which);
void hostclock_tk_reanchor(struct clocksource *cs);
void hostclock_tk_set_realtime(void);	/* after HOSTCLOCK_SET_REALTIME */
void hostclock_tk_disarm_leap(void);	/* after HOSTCLOCK_DISARM_LEAP */
void hostclock_tk_reset_ntp(void);	/* nobody is to steer any more */
void hostclock_tk_sync_changed(void);	/* how well the clock is synchronized */
void hostclock_tk_set_pages(void);
const char *hostclock_tk_vdso(void);

#endif /* _HOSTCLOCK_TK_H */
