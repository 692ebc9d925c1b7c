/* SPDX-License-Identifier: GPL-2.0 */
/* What woke the CPUs, by the kernel's own counts. */
#ifndef _WAKEUPS_H
#define _WAKEUPS_H

#include <stdbool.h>

struct wakeups {
	long timer;	/* local timer interrupts, all CPUs (LOC) */
	long irq_work;	/* irq_work interrupts, all CPUs (IWI) */
	long idle;	/* idle entries with the tick stopped, all CPUs */
	long driver;	/* the driver's own count; -1 without a driver */
};

void wakeups_count(struct wakeups *w);

/* Counts since before. */
struct wakeups wakeups_since(const struct wakeups *before);

/* How many high-resolution timers with a function of the driver's are armed. */
int wakeups_driver_timers(void);

#endif /* _WAKEUPS_H */
