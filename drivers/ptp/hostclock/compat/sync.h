/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_COMPAT_SYNC_H
#define _HOSTCLOCK_COMPAT_SYNC_H

void hostclock_ntp_sync_start(void);
void hostclock_ntp_sync_stop(void);
void hostclock_ntp_sync_soon(void);

#endif /* _HOSTCLOCK_COMPAT_SYNC_H */
