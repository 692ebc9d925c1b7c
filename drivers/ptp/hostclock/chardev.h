/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_CHARDEV_H
#define _HOSTCLOCK_CHARDEV_H

struct attribute_group;
struct device;

int hostclock_chardev_register(struct device *parent,
			       const struct attribute_group **groups);
void hostclock_chardev_unregister(void);
struct device *hostclock_chardev_device(void);
void hostclock_chardev_wake(void);
void hostclock_chardev_pages_changed(void);

#endif /* _HOSTCLOCK_CHARDEV_H */
