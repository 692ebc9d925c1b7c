/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_REALTIME_WATCH_H
#define _HOSTCLOCK_REALTIME_WATCH_H

void hostclock_realtime_watch_start(void);
void hostclock_realtime_watch_stop(void);

#endif /* _HOSTCLOCK_REALTIME_WATCH_H */
