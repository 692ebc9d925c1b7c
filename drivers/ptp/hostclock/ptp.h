/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PTP_H
#define _HOSTCLOCK_PTP_H

#include <linux/errno.h>

struct device;

#ifdef CONFIG_PTP_HOSTCLOCK
int hostclock_ptp_start(void);
void hostclock_ptp_stop(void);
void hostclock_ptp_exit(void);
#else
static inline int hostclock_ptp_start(void)
{
	return -EOPNOTSUPP;
}

static inline void hostclock_ptp_stop(void)
{
}

static inline void hostclock_ptp_exit(void)
{
}
#endif

#endif /* _HOSTCLOCK_PTP_H */
