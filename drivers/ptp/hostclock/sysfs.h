/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SYSFS_H
#define _HOSTCLOCK_SYSFS_H

struct attribute_group;

#ifdef CONFIG_PTP_HOSTCLOCK
extern const struct attribute_group *hostclock_groups[];
#else
#define hostclock_groups	NULL
#endif

#endif /* _HOSTCLOCK_SYSFS_H */
