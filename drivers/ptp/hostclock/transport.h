/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_TRANSPORT_H
#define _HOSTCLOCK_TRANSPORT_H

#include <linux/types.h>

#include "page.h"

/* How a device can say that its pages have something new */
struct hostclock_doorbell_ops {
	int (*start)(struct device *dev);	/* -ENODEV: it cannot */
	void (*stop)(struct device *dev);	/* none under way when it returns */
};

/* What main.c does when pages come and go; called with the mutex held */
struct hostclock_bring_up_ops {
	int (*bring_up)(void);	/* 0, or the fault for which to try again later */
	void (*take_down)(void);
};

/* For transports */
void hostclock_region_add(struct hostclock_region *region);
void hostclock_region_del(struct hostclock_region *region);
void hostclock_doorbell_interrupt(void);

/* For everybody above */
void hostclock_check_pages(void);
u64 hostclock_wakeups(void);
bool hostclock_doorbell_interrupts(u64 *rings);

void hostclock_transport_init(const struct hostclock_bring_up_ops *ops);
void hostclock_transport_stop(void);
void hostclock_doorbell_start(void);
void hostclock_doorbell_stop(void);

#endif /* _HOSTCLOCK_TRANSPORT_H */
