/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_TRANSPORT_H
#define _HOSTCLOCK_TRANSPORT_H

#include <linux/types.h>

#include "page.h"

/* An interrupt by which the host tells that the pages changed */
struct hostclock_doorbell_ops {
	int (*start)(struct device *dev);	/* -ENODEV: the device has none */
	void (*stop)(struct device *dev);	/* waits for running handlers */
};

/* Called when regions come and go; serialized */
struct hostclock_bring_up_ops {
	int (*bring_up)(void);	/* 0, or the error after which to retry */
	void (*take_down)(void);
};

/* For transports */
void hostclock_region_add(struct hostclock_region *region);
void hostclock_region_del(struct hostclock_region *region);
void hostclock_device_gone(const struct device *dev);
void hostclock_doorbell_interrupt(void);

/* For suspend.c */
void hostclock_regions_show(void);

/* For the interfaces */
void hostclock_check_pages(void);
u64 hostclock_wakeups(void);
bool hostclock_doorbell_interrupts(u64 *count);

/* For main.c */
void hostclock_transport_init(const struct hostclock_bring_up_ops *ops);
void hostclock_transport_stop(void);
void hostclock_doorbell_start(void);
void hostclock_doorbell_stop(void);

#endif /* _HOSTCLOCK_TRANSPORT_H */
