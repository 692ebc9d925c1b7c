/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PTP_H
#define _HOSTCLOCK_PTP_H

#include <linux/errno.h>

struct device;

#ifdef CONFIG_PTP_HOSTCLOCK
int hostclock_ptp_register(struct device *parent);
void hostclock_ptp_unregister(void);
#else
static inline int hostclock_ptp_register(struct device *parent)
{
	return -EOPNOTSUPP;
}

static inline void hostclock_ptp_unregister(void)
{
}
#endif

#endif /* _HOSTCLOCK_PTP_H */
