/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SETTIME_H
#define _HOSTCLOCK_SETTIME_H

#include "setting.h"

/* How this kernel sets its timekeeper: settime_live.c or settime_shadow.c */
void hostclock_settime_start(void);
void hostclock_settime_read(struct hostclock_setting *s, const struct timekeeper *tk);
void hostclock_settime_update(struct hostclock_setting *s, struct timekeeper *tk);
void hostclock_settime_apply_ntp(struct timekeeper *tk);

#endif /* _HOSTCLOCK_SETTIME_H */
