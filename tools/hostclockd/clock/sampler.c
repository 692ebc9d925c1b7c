// SPDX-License-Identifier: GPL-2.0
/*
 * The host's own clocks, measured against the TSC.
 *
 * A clock is read between two TSC readings; the tightest of several such
 * brackets counts, and half its width is the bound of the measurement.
 * REALTIME - MONOTONIC is exact: the two coarse clocks are both as of the last
 * timer tick, so their difference is the kernel's own constant, provided that
 * the tick did not come in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <linux/hostclock-abi.h>

#include "base/rate.h"
#include "clock.h"
#include "leaplist.h"

/* Brackets per clock and look: some 60 ns each. */
#define BRACKETS	24
/* How long to watch before the first answer: 20 ns in 200 ms are 100 ppb. */
#define WARMUP_NS	200000000L
/* Past looks kept for MONOTONIC's rate, one per update. */
#define HISTORY		8
/* What rounding two readings down to whole ns can add to a bracket. */
#define ROUNDING_NS	2

/* Updates between two looks at which clocksource the host uses. */
#define CHECK_EVERY		64

#define CLOCKSOURCE	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

struct reading {
	u64 tsc;
	u64 ns;
	u64 width;
};

struct sampler {
	struct clock_source src;
	struct leaplist list;
	struct reading raw_first;
	u64 raw_rate;
	struct reading mono[HISTORY];
	unsigned int mono_count;
	s64 wall_ns;
	s64 boot_ns;
	bool have_offsets;
	unsigned int samples;
};

static u64 read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* The tightest of BRACKETS brackets; the value is that of its middle. */
static struct reading read_bracketed(clockid_t id)
{
	struct reading best = { .width = ~0ULL };
	u64 before, after, ns;
	int i;

	for (i = 0; i < BRACKETS; i++) {
		before = hostclock_rdtsc();
		ns = read_ns(id);
		after = hostclock_rdtsc();
		if (after - before >= best.width)
			continue;
		best.width = after - before;
		best.tsc = before + best.width / 2;
		best.ns = ns;
	}
	return best;
}

/* REALTIME - MONOTONIC; false if a tick kept coming in between. */
static bool read_wall(s64 *wall_ns)
{
	u64 before, mono, after;
	int tries;

	for (tries = 0; tries < BRACKETS; tries++) {
		before = read_ns(CLOCK_REALTIME_COARSE);
		mono = read_ns(CLOCK_MONOTONIC_COARSE);
		after = read_ns(CLOCK_REALTIME_COARSE);
		if (before != after)
			continue;
		*wall_ns = before - mono;
		return true;
	}
	return false;
}

/*
 * BOOTTIME - MONOTONIC has no coarse clock.  It changes only when the host
 * sleeps, so the value in use is kept while it is possible.
 */
static void read_boot(struct sampler *sp)
{
	s64 low = 0, high = 0, before, after;
	u64 mono;
	int i;

	for (i = 0; i < BRACKETS; i++) {
		before = read_ns(CLOCK_BOOTTIME);
		mono = read_ns(CLOCK_MONOTONIC);
		after = read_ns(CLOCK_BOOTTIME);
		before -= mono;
		after -= mono;
		if (!i || before > low)
			low = before;
		if (!i || after < high)
			high = after;
	}
	if (sp->boot_ns >= low && sp->boot_ns <= high)
		return;
	sp->boot_ns = low + (high - low) / 2;
}

/* RAW never changes its rate: the longer the baseline the better. */
static void learn_raw_rate(struct sampler *sp, const struct reading *raw)
{
	sp->raw_rate = rate_of(raw->ns - sp->raw_first.ns,
			       raw->tsc - sp->raw_first.tsc);
}

static u64 half_ns(const struct sampler *sp, const struct reading *r)
{
	return rate_ns(r->width, sp->raw_rate) / 2 + ROUNDING_NS;
}

/*
 * MONOTONIC's rate: over the history, for as long as a straight line through
 * it passes through the new reading; otherwise from the last interval on.
 */
static u64 learn_mono_rate(struct sampler *sp, const struct reading *now)
{
	const struct reading *first = &sp->mono[0], *last;
	u64 rate = sp->raw_rate, expected, bound;

	if (sp->mono_count >= 2) {
		last = &sp->mono[sp->mono_count - 1];
		rate = rate_of(last->ns - first->ns, last->tsc - first->tsc);
		expected = last->ns + rate_ns(now->tsc - last->tsc, rate);
		bound = 2 * (half_ns(sp, now) + half_ns(sp, last));
		if (expected - now->ns + bound > 2 * bound) {
			sp->mono[0] = *last;
			sp->mono_count = 1;
		}
	}
	if (sp->mono_count == HISTORY) {
		memmove(sp->mono, sp->mono + 1,
			sizeof(sp->mono) - sizeof(sp->mono[0]));
		sp->mono_count--;
	}
	sp->mono[sp->mono_count++] = *now;
	if (sp->mono_count >= 2)
		rate = rate_of(now->ns - first->ns, now->tsc - first->tsc);
	return rate;
}

static void ask_kernel(struct sampler *sp, struct clock_sample *s)
{
	struct timex tx = { .modes = 0 };
	int state = adjtimex(&tx);
	s64 now_sec = ((s64)s->mono_ns + s->wall_ns) / NSEC_PER_SEC;

	s->utc_synced = state != TIME_ERROR && !(tx.status & STA_UNSYNC);
	s->utc_maxerror_ns = s->utc_synced ? (u64)tx.maxerror * 1000 :
					     HOSTCLOCK_ERROR_UNKNOWN;
	leaplist_tai(&sp->list, now_sec, &s->tai_sec, &s->tai_source);
	if (tx.tai) {
		s->tai_sec = tx.tai;
		s->tai_source = TAI_KERNEL;
	}
	s->leap = leaplist_next(&sp->list, now_sec, &s->leap_sec);
	if (state == TIME_INS || state == TIME_DEL) {
		s->leap = state == TIME_INS ? 1 : -1;
		s->leap_sec = (now_sec / 86400 + 1) * 86400;
		s->host_leaps = true;
	}
}

static int check_clocksource(struct problem *why)
{
	char name[32] = "";
	FILE *f = fopen(CLOCKSOURCE, "re");

	if (!f)
		return problem_errno(why, "%s: cannot open", CLOCKSOURCE);
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	name[strcspn(name, "\n")] = '\0';
	if (strcmp(name, "tsc"))
		return problem_set(why,
				   "the host's clocksource is \"%s\", not \"tsc\": its clocks are no function of the TSC, so there is nothing to export. See dmesg for why the kernel gave the TSC up; boot with tsc=reliable if it is known to be good",
				   name);
	return 0;
}

static int sampler_sample(struct clock_source *src, u64 begin,
			  struct clock_sample *s, struct problem *why)
{
	struct sampler *sp = (struct sampler *)src;
	struct reading mono, raw;

	(void)begin;
	if (!(sp->samples++ % CHECK_EVERY) && check_clocksource(why))
		return -1;
	mono = read_bracketed(CLOCK_MONOTONIC);
	raw = read_bracketed(CLOCK_MONOTONIC_RAW);
	if (!read_wall(&sp->wall_ns) && !sp->have_offsets)
		return problem_set(why,
				   "the host's coarse clocks do not hold still: timer ticks closer than a microsecond?");
	read_boot(sp);
	sp->have_offsets = true;
	if (raw.tsc != sp->raw_first.tsc)
		learn_raw_rate(sp, &raw);

	memset(s, 0, sizeof(*s));
	s->tsc = mono.tsc;
	s->mono_ns = mono.ns;
	s->mono_rate = learn_mono_rate(sp, &mono);
	s->raw_rate = sp->raw_rate;
	s->raw_ns = raw.ns - rate_ns(raw.tsc - mono.tsc, sp->raw_rate);
	s->half_ns = half_ns(sp, &mono);
	s->wall_ns = sp->wall_ns;
	s->boot_ns = sp->boot_ns;
	ask_kernel(sp, s);
	return 0;
}

static void warn_if_expired(const struct leaplist *list)
{
	enum tai_source source;
	s32 tai;

	leaplist_tai(list, read_ns(CLOCK_REALTIME) / NSEC_PER_SEC, &tai, &source);
	if (source == TAI_LIST_EXPIRED)
		say("the list of leap seconds has expired, so TAI may be wrong; update tzdata");
}

static void sampler_close(struct clock_source *src)
{
	free(src);
}

/**
 * sampler_open - the host's clocks as a source
 * @leap_list: file with the leap seconds, or NULL for the system's
 * @why: what went wrong
 *
 * Takes WARMUP_NS, to learn the TSC's rate.
 *
 * Return: the source, or NULL.
 */
struct clock_source *sampler_open(const char *leap_list, struct problem *why)
{
	struct timespec warmup = { .tv_nsec = WARMUP_NS };
	struct sampler *sp;
	struct reading raw;

	sp = calloc(1, sizeof(*sp));
	if (!sp) {
		problem_errno(why, "cannot allocate");
		return NULL;
	}
	sp->src.sample = sampler_sample;
	sp->src.close = sampler_close;
	if (leaplist_load(&sp->list, leap_list, why)) {
		free(sp);
		return NULL;
	}
	if (check_clocksource(why)) {
		free(sp);
		return NULL;
	}
	warn_if_expired(&sp->list);
	sp->raw_first = read_bracketed(CLOCK_MONOTONIC_RAW);
	sp->mono[sp->mono_count++] = read_bracketed(CLOCK_MONOTONIC);
	nanosleep(&warmup, NULL);
	raw = read_bracketed(CLOCK_MONOTONIC_RAW);
	learn_raw_rate(sp, &raw);
	return &sp->src;
}
