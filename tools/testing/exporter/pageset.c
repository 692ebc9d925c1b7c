// SPDX-License-Identifier: GPL-2.0
/*
 * pageset DIR PAGE: the set that holds now, as shell assignments, and REALTIME,
 * MONOTONIC and RAW by it.
 */
#include <stdio.h>
#include <stdlib.h>

#include <hostclock/clocks.h>

#include "pages.h"

static void show(const struct hostclock_params *p, u64 counter)
{
	struct hostclock_clocks c;

	hostclock_clocks_at(p, NULL, counter, &c);
	printf("epoch=%llu mult=%u raw_mult=%u shift=%u\n",
	       (unsigned long long)HOSTCLOCK_LE64(p->epoch), HOSTCLOCK_LE32(p->mult),
	       HOSTCLOCK_LE32(p->raw_mult), HOSTCLOCK_LE32(p->shift));
	printf("wall=%lld boot=%lld tai=%d tai_valid=%d\n",
	       (long long)HOSTCLOCK_LE64(p->wall_offset_ns),
	       (long long)HOSTCLOCK_LE64(p->boot_offset_ns),
	       (s32)HOSTCLOCK_LE32(p->tai_offset_sec),
	       HOSTCLOCK_LE16(p->flags) & HOSTCLOCK_PARAMS_TAI_VALID);
	printf("status=%d leap=%d leap_sec=%lld maxerror=%llu\n", p->status,
	       p->leap_indicator, (long long)HOSTCLOCK_LE64(p->leap_sec),
	       (unsigned long long)HOSTCLOCK_LE64(p->maxerror_ns));
	printf("realtime=%lld monotonic=%lld raw=%lld\n",
	       (long long)hostclock_time_ns(c.realtime),
	       (long long)hostclock_time_ns(c.monotonic),
	       (long long)hostclock_time_ns(c.raw));
}

int main(int argc, char **argv)
{
	struct hostclock_params set;
	struct pages p;
	u64 counter;
	int i;

	if (argc != 3)
		fail("usage: pageset DIR PAGE");
	pages_open(&p, argv[1]);
	i = atoi(argv[2]);
	counter = pages_set(&p, i, &set);
	show(&set, counter);
	return EXIT_SUCCESS;
}
