/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_FOLLOW_H
#define _HOSTCLOCK_FOLLOW_H

void hostclock_follow_init(void);
void hostclock_follow_stop(void);
int hostclock_clocksource_register(void);
void hostclock_clocksource_unregister(void);
const char *hostclock_clocksource_name(void);

#endif /* _HOSTCLOCK_FOLLOW_H */
