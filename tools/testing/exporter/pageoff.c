// SPDX-License-Identifier: GPL-2.0
/*
 * pageoff DIR SECONDS [NS]: how far is the first page's REALTIME from the kernel's own,
 * read between two TSC readings?  By their middle, and beyond what they leave open;
 * the latter must be NS at most in all but 1 of 1000, for SECONDS of up to five times:
 * others may take this machine's CPUs meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hostclock/clocks.h>

#include "pages.h"

#define SEC	1000000000LL
#define BINS	100000
#define TRIES	5
/* Fewer do not tell what all but 1 of 1000 are. */
#define ENOUGH	1000
/*
 * Brackets that are wider than the narrowest by more than 1/2^3 tell too little, but more
 * than nothing.  If there are too few others, they may be wider, by up to 1/2^0.
 */
#define WIDER	3

static u64 beyond_bins[BINS];
static u64 middle_bins[BINS];

static void count(u64 *bins, u64 off_ns)
{
	bins[off_ns < BINS ? off_ns : BINS - 1]++;
}

/* The least ns that all but 1 of @of readings are within. */
static u64 within(const u64 *bins, u64 readings, u64 of)
{
	u64 left = readings / of, ns;

	for (ns = BINS - 1; ns && bins[ns] <= left; ns--)
		left -= bins[ns];
	return ns;
}

static s64 realtime_at(const struct hostclock_params *set, u64 tsc)
{
	struct hostclock_clocks c;

	hostclock_clocks_at(set, NULL, tsc, &c);
	return hostclock_time_ns(c.realtime);
}

static u64 magnitude(s64 value)
{
	return value < 0 ? -value : value;
}

/* Return: false if it is too wide a bracket, or another set begins within it. */
static bool look(const struct pages *p, u64 *narrowest, int wider)
{
	struct hostclock_params set, later;
	s64 before_ns, after_ns, ns;
	u64 before, after, width;
	struct timespec ts;

	pages_set(p, 0, &set);
	before = hostclock_rdtsc();
	clock_gettime(CLOCK_REALTIME, &ts);
	after = hostclock_rdtsc();
	pages_set(p, 0, &later);
	width = after - before;
	if (width < *narrowest)
		*narrowest = width;
	if (width > *narrowest + (*narrowest >> wider) || set.cycle_last != later.cycle_last)
		return false;
	ns = ts.tv_sec * SEC + ts.tv_nsec;
	before_ns = realtime_at(&set, before);
	after_ns = realtime_at(&set, after);
	count(middle_bins, magnitude(ns - before_ns - (after_ns - before_ns) / 2));
	if (ns < before_ns)
		count(beyond_bins, before_ns - ns);
	else
		count(beyond_bins, ns > after_ns ? ns - after_ns : 0);
	return true;
}

/* Return: how many readings there were in so many seconds */
static u64 take(const struct pages *p, int seconds, int wider, u64 *narrowest)
{
	time_t end = time(NULL) + seconds;
	u64 readings = 0;

	*narrowest = ~0ULL;
	memset(beyond_bins, 0, sizeof(beyond_bins));
	memset(middle_bins, 0, sizeof(middle_bins));
	while (time(NULL) < end)
		readings += look(p, narrowest, wider);
	return readings;
}

/* Return: what all but 1 of 1000 readings are within, beyond their brackets */
static u64 measure(const struct pages *p, int seconds)
{
	u64 readings, narrowest, off;
	int wider = WIDER;

	do {
		readings = take(p, seconds, wider, &narrowest);
	} while (readings < ENOUGH && --wider >= 0);
	off = within(beyond_bins, readings, 1000);
	printf("%llu readings, brackets of %llu ticks: from their middle %llu ns at p50, ",
	       (unsigned long long)readings, (unsigned long long)narrowest,
	       (unsigned long long)within(middle_bins, readings, 2));
	printf("%llu at p99.9, %llu at most; beyond them %llu ns at p99.9, %llu at most\n",
	       (unsigned long long)within(middle_bins, readings, 1000),
	       (unsigned long long)within(middle_bins, readings, readings + 1),
	       (unsigned long long)off,
	       (unsigned long long)within(beyond_bins, readings, readings + 1));
	if (readings < ENOUGH)
		fail("that are too few readings");
	return off;
}

int main(int argc, char **argv)
{
	struct pages p;
	u64 off;
	int i = 0;

	if (argc != 3 && argc != 4)
		fail("usage: pageoff DIR SECONDS [NS]");
	pages_open(&p, argv[1]);
	do {
		off = measure(&p, atoi(argv[2]));
	} while (argc == 4 && off > (u64)atoi(argv[3]) && ++i < TRIES);
	return i == TRIES;
}
