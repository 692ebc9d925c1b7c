// SPDX-License-Identifier: GPL-2.0
/* A made-up host whose readings cost the same all the time, and whose CPUs are all alike. */
#include "clock/cpus.h"
#include "clock/reading.h"

void reading_costs(struct costs *c, bool calls)
{
	(void)calls;
	*c = (struct costs){ 44, 52, 88, 304, 354 };
}

bool cpus_go(struct cpus *c, int cpu)
{
	(void)c;
	(void)cpu;
	return true;
}

void cpus_return(struct cpus *c)
{
	(void)c;
}
