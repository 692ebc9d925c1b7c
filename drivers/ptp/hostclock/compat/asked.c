// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has an unpatched kernel ask before a process sets CLOCK_REALTIME or calls adjtimex():
 * ftrace calls us first, and diverts what is refused.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>

#include "../steer.h"
#include "asked.h"
#include "hook.h"
#include "ntp.h"
#include "pinned.h"
#include "symbols.h"

#ifdef HOSTCLOCK_EXACT

/* In place of either function */
static int hostclock_refused(void)
{
	return -EPERM;
}

/* The kernel has decided already whether this process may set the clock at all. */
static void notrace hostclock_settime_asked(unsigned long ip, unsigned long parent_ip,
					    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!hostclock_pinned_is_caller() && hostclock_steer_ask(ADJ_SETOFFSET))
		hostclock_hook_divert(fregs, hostclock_refused);
}

/* Does it ask for more than to be told? */
static bool hostclock_timex_changes(unsigned int modes)
{
	return modes & ADJ_ADJTIME ? !(modes & ADJ_OFFSET_READONLY) : modes;
}

/* Who has no right to it gets the kernel's own answer. */
static void notrace hostclock_adjtimex_asked(unsigned long ip, unsigned long parent_ip,
					     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct __kernel_timex *txc = (void *)hostclock_hook_argument(fregs);

	if (hostclock_ntp_is_caller() || !hostclock_timex_changes(txc->modes) ||
	    !ns_capable_noaudit(&init_user_ns, CAP_SYS_TIME))
		return;
	if (hostclock_steer_ask(txc->modes))
		hostclock_hook_divert(fregs, hostclock_refused);
}

static struct ftrace_ops hostclock_settime_ops = {
	.func	= hostclock_settime_asked,
	.flags	= FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static struct ftrace_ops hostclock_adjtimex_ops = {
	.func	= hostclock_adjtimex_asked,
	.flags	= FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static void *hostclock_settime, *hostclock_adjtimex;
static bool hostclock_asked_on;

/**
 * hostclock_asked_start - have hostclock_steer_ask() called
 *
 * Context: may sleep; after hostclock_symbols_find().
 */
void hostclock_asked_start(void)
{
	hostclock_settime = hostclock_symbol("do_settimeofday64");
	hostclock_adjtimex = hostclock_symbol("do_adjtimex");
	if (hostclock_settime && hostclock_adjtimex &&
	    !hostclock_hook_start(&hostclock_settime_ops, hostclock_settime)) {
		hostclock_asked_on = !hostclock_hook_start(&hostclock_adjtimex_ops,
							   hostclock_adjtimex);
		if (!hostclock_asked_on)
			hostclock_hook_stop(&hostclock_settime_ops, hostclock_settime);
	}
	hostclock_steer_set_asked(hostclock_asked_on);
}

/**
 * hostclock_asked_stop - have it called no more
 *
 * Context: may sleep.
 */
void hostclock_asked_stop(void)
{
	if (!hostclock_asked_on)
		return;
	hostclock_asked_on = false;
	hostclock_hook_stop(&hostclock_adjtimex_ops, hostclock_adjtimex);
	hostclock_hook_stop(&hostclock_settime_ops, hostclock_settime);
}

#else /* !HOSTCLOCK_EXACT */

void hostclock_asked_start(void)
{
	hostclock_steer_set_asked(false);
}

void hostclock_asked_stop(void)
{
}

#endif /* !HOSTCLOCK_EXACT */
