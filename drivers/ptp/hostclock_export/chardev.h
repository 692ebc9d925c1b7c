/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_EXPORT_CHARDEV_H
#define _HOSTCLOCK_EXPORT_CHARDEV_H

int hcx_chardev_start(void);
void hcx_chardev_stop(void);
void hcx_chardev_wake(void);

#endif /* _HOSTCLOCK_EXPORT_CHARDEV_H */
