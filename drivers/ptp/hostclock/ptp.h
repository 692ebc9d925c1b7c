/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_PTP_H
#define _HOSTCLOCK_PTP_H

struct device;

int hostclock_ptp_register(struct device *parent);
void hostclock_ptp_unregister(void);

#endif /* _HOSTCLOCK_PTP_H */
