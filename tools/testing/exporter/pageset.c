// SPDX-License-Identifier: GPL-2.0
/*
 * pageset DIR PAGE: the set that holds now, as shell assignments, and REALTIME,
 * MONOTONIC and RAW by it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <hostclock/clocks.h>

#include "pages.h"

static void show(const struct hostclock_params *p, u64 counter)
{
	struct hostclock_clocks c;

	hostclock_clocks_at(p, NULL, counter, &c);
	printf("epoch=%" PRIu64 " mult=%u raw_mult=%u shift=%u\n",
	       HOSTCLOCK_LE64(p->epoch), HOSTCLOCK_LE32(p->mult),
	       HOSTCLOCK_LE32(p->raw_mult), HOSTCLOCK_LE32(p->shift));
	printf("wall=%" PRId64 " boot=%" PRId64 " tai=%d tai_valid=%d\n",
	       (s64)HOSTCLOCK_LE64(p->wall_offset_ns),
	       (s64)HOSTCLOCK_LE64(p->boot_offset_ns),
	       (s32)HOSTCLOCK_LE32(p->tai_offset_sec),
	       HOSTCLOCK_LE16(p->flags) & HOSTCLOCK_PARAMS_TAI_VALID);
	printf("status=%d leap=%d leap_sec=%" PRId64 " maxerror=%" PRIu64 "\n",
	       p->status, p->leap_indicator, (s64)HOSTCLOCK_LE64(p->leap_sec),
	       HOSTCLOCK_LE64(p->maxerror_ns));
	printf("realtime=%" PRId64 " monotonic=%" PRId64 " raw=%" PRId64 "\n",
	       hostclock_time_ns(c.realtime), hostclock_time_ns(c.monotonic),
	       hostclock_time_ns(c.raw));
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
	counter = pages_counter(&p, i, hostclock_rdtsc());
	pages_set(&p, i, counter, &set);
	show(&set, counter);
	return EXIT_SUCCESS;
}
