/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_RESYNC_H
#define _HOSTCLOCK_RESYNC_H

#include <linux/bits.h>
#include <linux/irq_work.h>
#include <linux/types.h>

/* Bit numbers of recorded changes */
enum {
	HOSTCLOCK_CHANGED_CLOCK,	/* clock epoch: the host's clock was set */
	HOSTCLOCK_CHANGED_GUEST,	/* guest epoch: a disruption */
	HOSTCLOCK_CHANGED_JUMP,		/* the host's clock jumped within an epoch */
	HOSTCLOCK_CHANGED_PAGE,		/* another clock page is accepted now */
	HOSTCLOCK_CHANGED_ERROR,	/* the pages are rejected */
	HOSTCLOCK_CHANGED_RECOVERED,	/* they are not any more */
	HOSTCLOCK_CHANGED_STATUS,	/* the page's status */
	HOSTCLOCK_CHANGED_DETACHED,	/* the guest set CLOCK_REALTIME */
	HOSTCLOCK_CHANGED_ATTACHED,	/* CLOCK_REALTIME follows again */
	HOSTCLOCK_CHANGED_KEPT,		/* what the guest's kernel did to it was undone */
	HOSTCLOCK_REFUSED,		/* somebody must not set CLOCK_REALTIME */
	HOSTCLOCK_SET_REALTIME,		/* no change: CLOCK_REALTIME must be set */
	HOSTCLOCK_DISARM_LEAP,		/* no change: NTP must forget a leap second */
};

void hostclock_record(unsigned long changes);
bool hostclock_recorded(void);
unsigned long hostclock_take_recorded(void);

void hostclock_resync_init(void (*handler)(struct irq_work *work));
void hostclock_resync_sync(void);
void hostclock_resync_raise(void);
bool hostclock_resync_raised(void);
bool hostclock_resync_allowed(void);
void hostclock_resync_count(u64 begun);
bool hostclock_resync_running(void);
void hostclock_resync_set_running(bool on);
void hostclock_force_resync(void);
bool hostclock_resync_forced(void);
bool hostclock_resync_take_forced(void);

#endif /* _HOSTCLOCK_RESYNC_H */
