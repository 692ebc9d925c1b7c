/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_CHARDEV_H
#define _HOSTCLOCK_CHARDEV_H

#include <linux/errno.h>

struct attribute_group;
struct device;

#ifdef CONFIG_PTP_HOSTCLOCK
int hostclock_chardev_register(struct device *parent,
			       const struct attribute_group **groups);
void hostclock_chardev_unregister(void);
struct device *hostclock_chardev_device(void);
void hostclock_chardev_wake(void);
void hostclock_chardev_pages_changed(void);
#else
static inline int hostclock_chardev_register(struct device *parent,
					     const struct attribute_group **groups)
{
	return -EOPNOTSUPP;
}

static inline void hostclock_chardev_unregister(void)
{
}

static inline struct device *hostclock_chardev_device(void)
{
	return NULL;
}

static inline void hostclock_chardev_wake(void)
{
}

static inline void hostclock_chardev_pages_changed(void)
{
}
#endif

#endif /* _HOSTCLOCK_CHARDEV_H */
