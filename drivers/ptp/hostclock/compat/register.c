// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registering the clocksource with a kernel whose clocksource watchdog is not known: it may
 * compare others with it, and blame them for gaps that one counts and the other does not.
 */
#include <linux/clocksource.h>

#include "../tk.h"

int hostclock_tk_register(struct clocksource *cs)
{
	return clocksource_register_hz(cs, NSEC_PER_SEC);
}
