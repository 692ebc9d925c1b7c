/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_NOTIFY_H
#define _HOSTCLOCK_NOTIFY_H

#include <linux/types.h>

struct device;

void hostclock_notify_schedule(void);
void hostclock_notify_flush(void);
void hostclock_notify_cancel(void);
void hostclock_notify_listeners(struct device *dev, bool chardev);

#endif /* _HOSTCLOCK_NOTIFY_H */
