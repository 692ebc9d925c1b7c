/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_NTP_H
#define _HOSTCLOCK_NTP_H

#include <linux/types.h>

struct hostclock_sync;

void hostclock_ntp_start(void);
void hostclock_ntp_stop(void);
bool hostclock_ntp_is_caller(void);
void hostclock_ntp_reset(void);
void hostclock_ntp_disarm_leap(void);
void hostclock_ntp_set_sync(const struct hostclock_sync *sync);

#endif /* _HOSTCLOCK_NTP_H */
