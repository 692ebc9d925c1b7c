// SPDX-License-Identifier: GPL-2.0
/* How REALTIME's error goes on after an event.  See record.h. */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "record.h"

/* Shorter waits are spent reading. */
#define SHORTEST_SLEEP_NS	1000000LL
#define LONGEST_SLEEP_NS	999999999LL
/* A sample is due when this part of the time since the event has passed. */
#define DENSITY			100
/* The narrowest of so many readings is kept: the machine is busy at times. */
#define TRIES			3

/*
 * At a reading per us at the fastest, up to DENSITY us from the first one; then
 * DENSITY * ln(100 s / 100 us) = 1382 until they are LONGEST_SLEEP_NS apart, and
 * one a second: 900 more in RECORD_MAX_NS, 2382 in all.
 */
static struct sample {
	int64_t at_ns, low_ns, high_ns;
} samples[4096];
static size_t count;

static void keep(const struct reading *r, int64_t begin)
{
	if (count == ARRAY_SIZE(samples))
		return;
	samples[count++] = (struct sample){
		.at_ns = r->after.mono - begin,
		.low_ns = reading_error_low(r, CLOCK_REALTIME),
		.high_ns = reading_error_high(r, CLOCK_REALTIME),
	};
}

static void take_real(struct pages *pages, struct reading *r)
{
	reading_take(pages, CLOCK_REALTIME, r);
	if (pages_renew(pages, DEVICE))
		reading_again(pages, r);
}

static int64_t width(const struct reading *r)
{
	return r->after.mono - r->before.mono;
}

static void take_narrow(struct pages *pages, struct reading *best)
{
	struct reading r;

	take_real(pages, best);
	for (int i = 1; i < TRIES; i++) {
		take_real(pages, &r);
		if (width(&r) < width(best))
			*best = r;
	}
}

/* The next sample, at the time that is due for it. */
static void take_next(struct pages *pages, struct reading *r, int64_t begin)
{
	int64_t at_ns = r->after.mono - begin, pause_ns = at_ns / DENSITY;

	if (pause_ns < SHORTEST_SLEEP_NS) {
		do
			take_narrow(pages, r);
		while (r->after.mono - begin < at_ns + pause_ns);
		return;
	}
	if (pause_ns > LONGEST_SLEEP_NS)
		pause_ns = LONGEST_SLEEP_NS;
	nanosleep(&(struct timespec){ .tv_nsec = pause_ns }, NULL);
	take_narrow(pages, r);
}

void record_real(struct pages *pages, const struct reading *first, int64_t for_ns)
{
	int64_t begin = first->before.mono;
	struct reading r = *first;

	keep(&r, begin);
	while (r.after.mono - begin < for_ns) {
		take_next(pages, &r, begin);
		keep(&r, begin);
	}
	for (size_t i = 0; i < count; i++)
		printf("record sample %lld %lld %lld\n", (long long)samples[i].at_ns,
		       (long long)samples[i].low_ns, (long long)samples[i].high_ns);
}
