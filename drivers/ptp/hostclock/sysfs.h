/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SYSFS_H
#define _HOSTCLOCK_SYSFS_H

struct attribute_group;

extern const struct attribute_group *hostclock_groups[];

#endif /* _HOSTCLOCK_SYSFS_H */
