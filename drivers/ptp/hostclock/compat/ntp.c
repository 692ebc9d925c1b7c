// SPDX-License-Identifier: GPL-2.0-only
/*
 * NTP's state in an unpatched kernel, which setting the clock keeps: what steers it, and
 * leap seconds to come.  The kernel exports no way to change it.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/time.h>
#include <linux/timex.h>

#include "../sync.h"
#include "ntp.h"
#include "symbols.h"

#ifdef HOSTCLOCK_EXACT

/* do_adjtimex(); NULL if there are no pages, or it cannot be called */
static int (*hostclock_adjtimex)(struct __kernel_timex *txc);

/**
 * hostclock_ntp_start - find out how to change it
 *
 * Context: may sleep; after hostclock_symbols_find().
 */
void hostclock_ntp_start(void)
{
	hostclock_adjtimex = hostclock_symbol_function("do_adjtimex");
}

void hostclock_ntp_stop(void)
{
	hostclock_adjtimex = NULL;
}

/* Who calls it; one at a time */
static DEFINE_MUTEX(hostclock_ntp_mutex);
static struct task_struct *hostclock_ntp_caller;

/**
 * hostclock_ntp_is_caller - is it us who calls do_adjtimex()?
 *
 * Context: any.
 */
bool notrace hostclock_ntp_is_caller(void)
{
	return READ_ONCE(hostclock_ntp_caller) == current;
}

/* Status bits are kept but for those in @clear, and those in @to set. */
static void hostclock_ntp_change(struct __kernel_timex *to, int clear)
{
	struct __kernel_timex now = { .modes = 0 };

	if (!hostclock_adjtimex || hostclock_adjtimex(&now) < 0)
		return;
	to->status |= now.status & ~clear;
	mutex_lock(&hostclock_ntp_mutex);
	WRITE_ONCE(hostclock_ntp_caller, current);
	if (hostclock_adjtimex(to) < 0)
		pr_warn_ratelimited("hostclock: cannot change NTP's state\n");
	WRITE_ONCE(hostclock_ntp_caller, NULL);
	mutex_unlock(&hostclock_ntp_mutex);
}

/**
 * hostclock_ntp_reset - let nothing steer the clock any more
 *
 * Context: may sleep, with CAP_SYS_TIME.
 */
void hostclock_ntp_reset(void)
{
	struct __kernel_timex to = {
		.modes = ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS,
		.tick = USER_TICK_USEC,
	};

	hostclock_ntp_change(&to, STA_INS | STA_DEL | STA_PLL | STA_PPSFREQ | STA_PPSTIME);
}

/**
 * hostclock_ntp_disarm_leap - forget a leap second to come
 *
 * Context: may sleep, with CAP_SYS_TIME.
 */
void hostclock_ntp_disarm_leap(void)
{
	struct __kernel_timex to = { .modes = ADJ_STATUS };

	hostclock_ntp_change(&to, STA_INS | STA_DEL);
}

/**
 * hostclock_ntp_set_sync - tell how well the clock is synchronized
 * @sync: that
 *
 * Context: may sleep, with CAP_SYS_TIME.
 */
void hostclock_ntp_set_sync(const struct hostclock_sync *sync)
{
	struct __kernel_timex to = {
		.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
		.status = sync->synced ? 0 : STA_UNSYNC,
		.maxerror = min(sync->maxerror_us, (long)NTP_PHASE_LIMIT),
		.esterror = min(sync->esterror_us, (long)NTP_PHASE_LIMIT),
	};

	hostclock_ntp_change(&to, STA_UNSYNC);
}

#else /* !HOSTCLOCK_EXACT */

void hostclock_ntp_start(void)
{
}

void hostclock_ntp_stop(void)
{
}

void hostclock_ntp_reset(void)
{
}

void hostclock_ntp_disarm_leap(void)
{
}

void hostclock_ntp_set_sync(const struct hostclock_sync *sync)
{
}

#endif /* !HOSTCLOCK_EXACT */
