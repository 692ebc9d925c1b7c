/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_RESYNC_H
#define _HOSTCLOCK_RESYNC_H

#include <linux/bits.h>
#include <linux/irq_work.h>
#include <linux/types.h>

/* Bit numbers in what is recorded, and of hostclock_change.what. */
enum {
	HOSTCLOCK_CHANGED_CLOCK,	/* clock epoch: the host's clock was set */
	HOSTCLOCK_CHANGED_GUEST,	/* guest epoch: a disruption */
	HOSTCLOCK_CHANGED_JUMP,		/* the page was not continuous */
	HOSTCLOCK_CHANGED_PAGE,		/* another clock page is followed now */
	HOSTCLOCK_CHANGED_ERROR,	/* the pages are refused */
	HOSTCLOCK_CHANGED_RECOVERED,	/* no more */
	HOSTCLOCK_CHANGED_STATUS,	/* the page's status */
	HOSTCLOCK_CHANGED_DETACHED,	/* the guest set its wall clock */
	HOSTCLOCK_CHANGED_ATTACHED,	/* and took that back */
	HOSTCLOCK_SET_REALTIME,		/* the wall clock remains to be set */
};

void hostclock_record(unsigned long changes);
bool hostclock_recorded(void);
unsigned long hostclock_take_recorded(void);

void hostclock_resync_init(void (*handler)(struct irq_work *work));
void hostclock_resync_sync(void);
void hostclock_resync_raise(void);
bool hostclock_resync_allowed(void);
bool hostclock_resync_running(void);
void hostclock_resync_set_running(bool on);
void hostclock_force_resync(void);
bool hostclock_resync_forced(void);
bool hostclock_resync_take_forced(void);

#endif /* _HOSTCLOCK_RESYNC_H */
