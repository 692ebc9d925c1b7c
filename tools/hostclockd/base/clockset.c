// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clockset.h"

/* The kernel cancels a timer in the far future when the clock is set. */
static void arm(const struct watch *w)
{
	struct itimerspec its = { .it_value.tv_sec = INT32_MAX * 4LL };

	timerfd_settime(w->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL);
}

/* From now on @w is ready when the clock has been set.  Return: 0 or -1. */
int clockset_watch(struct watch *w, struct problem *why)
{
	w->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->fd < 0)
		return problem_errno(why, "timerfd_create");
	arm(w);
	return loop_add(w, why);
}

/* Has it been set since the last call?  May be called at any time. */
bool clockset_happened(struct watch *w)
{
	u64 count;

	if (w->fd < 0 || read(w->fd, &count, sizeof(count)) >= 0 || errno != ECANCELED)
		return false;
	arm(w);
	return true;
}
