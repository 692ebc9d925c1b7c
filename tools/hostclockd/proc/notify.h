/* SPDX-License-Identifier: GPL-2.0 */
/* Telling systemd how we are, if it started us: see sd_notify(3). */
#ifndef HOSTCLOCKD_NOTIFY_H
#define HOSTCLOCKD_NOTIFY_H

#include <hostclock/platform.h>

/* The service manager restarts hostclockd if it is not told anything for this long; 0: never. */
u64 notify_watchdog_ns(void);

__attribute__((format(printf, 1, 2))) void notify(const char *fmt, ...);

#endif /* HOSTCLOCKD_NOTIFY_H */
