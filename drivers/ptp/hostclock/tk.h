/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_TK_H
#define _HOSTCLOCK_TK_H

#include <linux/clocksource.h>

#include <hostclock/reader.h>

/* The timekeeping backend: tk_core.c or compat/tk_stock.c */
const char *hostclock_core_name(void);
void hostclock_core_init(struct clocksource *mono, struct clocksource *raw);
int hostclock_core_enable(enum hostclock_counter kind);
void hostclock_core_reanchor(struct clocksource *cs);
void hostclock_core_set_wall(void);
void hostclock_core_set_pages(void);

#endif /* _HOSTCLOCK_TK_H */
