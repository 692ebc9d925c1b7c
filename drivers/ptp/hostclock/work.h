/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_WORK_H
#define _HOSTCLOCK_WORK_H

#include <linux/workqueue.h>

/*
 * As mod_delayed_work() without a delay, on the workqueue of schedule_delayed_work(), whose
 * name differs between kernels.  If the work schedules itself with a delay just then, the
 * second try finds that.
 *
 * Context: any but NMI.
 */
static inline void hostclock_schedule_now(struct delayed_work *work)
{
	int tries = 2;

	do {
		cancel_delayed_work(work);
	} while (!schedule_delayed_work(work, 0) && --tries);
}

#endif /* _HOSTCLOCK_WORK_H */
