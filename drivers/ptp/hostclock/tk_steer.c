// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kernels with clocksource.may_steer: who sets or steers CLOCK_REALTIME?
 */
#include "steer.h"
#include "tk_more.h"

/* Called with timekeeper_lock held. */
static int hostclock_may_steer(struct clocksource *cs, unsigned int modes)
{
	return hostclock_steer_ask(modes);
}

/**
 * hostclock_tk_init_steer - be asked before CLOCK_REALTIME is set or steered
 * @mono: the clocksource
 */
void hostclock_tk_init_steer(struct clocksource *mono)
{
	mono->may_steer = hostclock_may_steer;
}
