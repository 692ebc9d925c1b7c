// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registering the clocksource so that the clocksource watchdog of kernels up to 6.12 lets it
 * alone.  The watchdog would compare others with it, as the best there is, and blame them
 * for gaps that one counts and the other does not.  Nor must it be compared itself.
 *
 * Registered with the lowest rating it becomes no reference, and is not put on the list
 * of those to be verified.  A clocksource that is to be verified becomes no reference
 * later, either.
 */
#include <linux/clocksource.h>

#include "../tk.h"

/* That of jiffies */
#define HOSTCLOCK_RATING_LOWEST	1

int hostclock_tk_register(struct clocksource *cs)
{
	int rating = cs->rating, ret;

	cs->rating = HOSTCLOCK_RATING_LOWEST;
	cs->flags &= ~CLOCK_SOURCE_MUST_VERIFY;
	ret = clocksource_register_hz(cs, NSEC_PER_SEC);
	if (ret) {
		cs->rating = rating;
		return ret;
	}
	cs->flags |= CLOCK_SOURCE_MUST_VERIFY;
	clocksource_change_rating(cs, rating);
	return 0;
}
