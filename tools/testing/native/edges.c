// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The ends of the ranges, by name: what happens there is promised. */
#include <hostclock/mult_shift.h>
#include <hostclock/clocks.h>
#include <hostclock/reader.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SEC		1000000000LL
#define DAY_S		86400LL
#define YEAR_S		(DAY_S * 146097 / 400)	/* the Gregorian mean */
#define TSC_HZ		2600000000LL

struct edge {
	const char *name;
	u64 hz;
	u64 delta;		/* counts after cycle_last */
	s64 wall_ns;		/* REALTIME - MONOTONIC */
	u64 mono_sec;
	u32 mono_nsec;
	enum hostclock_position position;
	s64 sec;		/* REALTIME */
	u32 nsec;
	s64 slack_ns;		/* mult's rounding over the distance */
};

static const struct edge edges[] = {
	{ "at cycle_last", TSC_HZ, 0, 0, 5, 7, HOSTCLOCK_WITHIN, 5, 7, 0 },
	{ "30 days", TSC_HZ, TSC_HZ * 30 * DAY_S, 0, 5, 0, HOSTCLOCK_WITHIN,
	  30 * DAY_S + 5, 0, 30 * DAY_S },
	{ "30 days of a scaled counter", SEC, SEC * 30 * DAY_S, 0, 5, 0, HOSTCLOCK_WITHIN,
	  30 * DAY_S + 5, 0, 0 },
	{ "100 years", TSC_HZ, TSC_HZ * 100 * YEAR_S, 0, 5, 0, HOSTCLOCK_WITHIN,
	  100 * YEAR_S + 5, 0, 100 * YEAR_S },
	{ "200 years of a scaled counter", SEC, SEC * 200 * YEAR_S, 0, 5, 0,
	  HOSTCLOCK_WITHIN, 200 * YEAR_S + 5, 0, 0 },
	{ "200 years at 1 MHz", 1000000, 1000000 * 200 * YEAR_S, 0, 5, 0,
	  HOSTCLOCK_WITHIN, 200 * YEAR_S + 5, 0, 0 },
	{ "300 years at 1 MHz end at 2^63 - 1 ns", 1000000, 1000000 * 300 * YEAR_S, 0, 5, 0,
	  HOSTCLOCK_BEYOND, 9223372041, 854775807, 0 },
	{ "2^63 - 1 counts at 1 MHz end there too", 1000000, ~0ULL >> 1, 0, 5, 0,
	  HOSTCLOCK_BEYOND, 9223372041, 854775807, 0 },
	{ "2^63 - 1 counts of a scaled counter", SEC, ~0ULL >> 1, 0, 5, 0, HOSTCLOCK_BEYOND,
	  9223372041, 854775807, 0 },
	{ "2^63 counts are before cycle_last", TSC_HZ, 1ULL << 63, 0, 5, 7,
	  HOSTCLOCK_BEFORE, 5, 7, 0 },
	{ "one count before is skew", TSC_HZ, -1ULL, 0, 5, 7, HOSTCLOCK_SKEWED, 5, 7, 0 },
	{ "10 ms before is skew", SEC, -10000000ULL, 0, 5, 7, HOSTCLOCK_SKEWED, 5, 7, 0 },
	{ "10 ms and 1 ns before is not", SEC, -10000001ULL, 0, 5, 7, HOSTCLOCK_BEFORE, 5, 7, 0 },
	{ "carry by the counter", SEC, 1, 0, 5, 999999999, HOSTCLOCK_WITHIN, 6, 0, 0 },
	{ "no carry yet", SEC, 1, 0, 5, 999999998, HOSTCLOCK_WITHIN, 5, 999999999, 0 },
	{ "carry by the offset", SEC, 0, 1, 5, 999999999, HOSTCLOCK_WITHIN, 6, 0, 0 },
	{ "borrow by the offset", SEC, 0, -1, 5, 0, HOSTCLOCK_WITHIN, 4, 999999999, 0 },
	{ "borrow of many seconds", SEC, 0, -3 * SEC - 1, 5, 0, HOSTCLOCK_WITHIN, 1, 999999999, 0 },
	{ "negative REALTIME", SEC, 0, -6 * SEC - 1, 5, 0, HOSTCLOCK_WITHIN, -2, 999999999, 0 },
	{ "the most negative offset", SEC, 0, INT64_MIN, 5, 0, HOSTCLOCK_WITHIN,
	  -9223372032, 145224192, 0 },
	{ "the greatest offset", SEC, 0, INT64_MAX, 5, 0, HOSTCLOCK_WITHIN,
	  9223372041, 854775807, 0 },
};

static bool check(const struct edge *e)
{
	struct hostclock_params p = { .epoch = htole64(1) };
	enum hostclock_position position;
	struct hostclock_clocks clocks;
	u64 cycle_last = 1ULL << 62, snsec;
	struct hostclock_time want;
	u32 mult, shift;
	s64 off;

	if (!hostclock_calc_mult_shift(e->hz, 0, &mult, &shift))
		return false;
	snsec = (u64)e->mono_nsec << shift;
	p.cycle_last = htole64(cycle_last);
	p.mult = htole32(mult);
	p.raw_mult = htole32(mult);
	p.shift = htole32(shift);
	p.max_cycles = htole64(hostclock_max_cycles(mult, snsec));
	p.mono_sec = htole64(e->mono_sec);
	p.mono_snsec = htole64(snsec);
	p.wall_offset_ns = htole64(e->wall_ns);
	position = hostclock_clocks_at(&p, NULL, cycle_last + e->delta, &clocks);
	want.sec = e->sec;
	want.nsec = e->nsec;
	off = (clocks.realtime.sec - want.sec) * SEC +
	      ((s64)clocks.realtime.nsec - (s64)want.nsec);
	if (position == e->position && off <= e->slack_ns && off >= -e->slack_ns)
		return true;
	printf("not ok - %s: position %d, %" PRId64 ".%09u s, not %d, %" PRId64 ".%09u s\n",
	       e->name, position, clocks.realtime.sec, clocks.realtime.nsec, e->position,
	       want.sec, want.nsec);
	return false;
}

int main(void)
{
	int failed = 0;
	size_t i;

	for (i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		if (check(&edges[i]))
			printf("ok - %s\n", edges[i].name);
		else
			failed++;
	}
	return failed ? 1 : 0;
}
