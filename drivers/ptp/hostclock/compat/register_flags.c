// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registering the clocksource so that kernel 7.3's clocksource watchdog lets it alone: see
 * register_rating.c, whose clocksource_change_rating() this kernel keeps for itself.
 *
 * Registered as one that is not continuous it becomes no reference, whatever its rating
 * and whether there is another.  To be one that is to be verified, which becomes none
 * later, it must not say so before: it would be put on the list.
 */
#include <linux/clocksource.h>

#include "../tk.h"

int hostclock_tk_register(struct clocksource *cs)
{
	int ret;

	cs->flags &= ~(CLOCK_SOURCE_MUST_VERIFY | CLOCK_SOURCE_IS_CONTINUOUS);
	/* The kernel would conclude that from its being continuous. */
	cs->flags |= CLOCK_SOURCE_VALID_FOR_HRES;
	ret = clocksource_register_hz(cs, NSEC_PER_SEC);
	cs->flags |= CLOCK_SOURCE_IS_CONTINUOUS;
	if (!ret)
		cs->flags |= CLOCK_SOURCE_MUST_VERIFY;
	return ret;
}
