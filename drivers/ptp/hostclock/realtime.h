/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_REALTIME_H
#define _HOSTCLOCK_REALTIME_H

#include <linux/types.h>

void hostclock_realtime_set_offset(s64 offset_ns);
void hostclock_realtime_forget_offset(void);
/* The driver has left it to the guest. */
#define HOSTCLOCK_TAI_UNKNOWN	S32_MIN

void hostclock_realtime_set_tai(s32 offset_sec);
bool hostclock_realtime_expected(s64 offset_ns, s32 tai_sec);
void hostclock_realtime_suspect(void);
bool hostclock_realtime_take_suspicion(void);
void hostclock_realtime_set_begin(void);
void hostclock_realtime_set_end(void);
bool hostclock_realtime_detached(void);
void hostclock_realtime_check(void);
void hostclock_realtime_attach(void);
void hostclock_realtime_attach_silently(void);

#endif /* _HOSTCLOCK_REALTIME_H */
