// SPDX-License-Identifier: GPL-2.0
/*
 * The host's own clocks, measured against the TSC.
 *
 * REALTIME - MONOTONIC is exact: the two coarse clocks are both as of the last
 * timer tick, so their difference is the kernel's own constant, provided that
 * the tick did not come in between.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include <linux/hostclock-abi.h>

#include "base/rate.h"
#include "clock.h"
#include "leaplist.h"
#include "relation.h"

/* Tries to read clocks with no tick in between. */
#define TRIES	24
/* Readings of BOOTTIME, if the difference in use is one that they allow. */
#define BOOT_READINGS	4

struct sampler {
	struct clock_source src;
	struct relation relation;
	struct leaplist list;
	s64 realtime_offset_ns;
	s64 boottime_offset_ns;
	bool have_offsets;
};

/* REALTIME - MONOTONIC; false if a tick kept coming in between. */
static bool read_realtime_offset(s64 *realtime_offset_ns)
{
	u64 before, mono, after;
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		before = reading_ns(CLOCK_REALTIME_COARSE);
		mono = reading_ns(CLOCK_MONOTONIC_COARSE);
		after = reading_ns(CLOCK_REALTIME_COARSE);
		if (before != after)
			continue;
		*realtime_offset_ns = before - mono;
		return true;
	}
	return false;
}

static bool kept_boot(const struct sampler *sp, s64 low, s64 high)
{
	return sp->boottime_offset_ns >= low && sp->boottime_offset_ns <= high;
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

	for (i = 0; i < TRIES && (i < BOOT_READINGS || !kept_boot(sp, low, high)); i++) {
		before = reading_ns(CLOCK_BOOTTIME);
		mono = reading_ns(CLOCK_MONOTONIC);
		after = reading_ns(CLOCK_BOOTTIME);
		before -= mono;
		after -= mono;
		if (!i || before > low)
			low = before;
		if (!i || after < high)
			high = after;
	}
	if (kept_boot(sp, low, high) || (sp->have_offsets && low > high))
		return;
	sp->boottime_offset_ns = low + (high - low) / 2;
}

static void ask_kernel(struct sampler *sp, struct clock_sample *s)
{
	struct timex tx = { .modes = 0 };
	int state = adjtimex(&tx);
	s64 now_sec = ((s64)s->mono_ns + s->realtime_offset_ns) / NSEC_PER_SEC;

	s->utc_synced = state >= 0 && state != TIME_ERROR &&
			!(tx.status & STA_UNSYNC);
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

static const char restless[] =
	"the host's coarse clocks do not hold still, so CLOCK_REALTIME may be set unnoticed";

static int sampler_sample(struct clock_source *src, u64 begin,
			  struct clock_sample *s, struct problem *why)
{
	struct sampler *sp = (struct sampler *)src;

	(void)begin;
	memset(s, 0, sizeof(*s));
	relation_poll(&sp->relation, s);
	if (!read_realtime_offset(&sp->realtime_offset_ns)) {
		if (!sp->have_offsets)
			return problem_set(why, "%s", restless);
		s->problem = restless;
	}
	read_boot(sp);
	sp->have_offsets = true;
	s->realtime_offset_ns = sp->realtime_offset_ns;
	s->boottime_offset_ns = sp->boottime_offset_ns;
	ask_kernel(sp, s);
	return 0;
}

static void warn_if_expired(const struct leaplist *list)
{
	enum tai_source source;
	s32 tai;

	leaplist_tai(list, reading_ns(CLOCK_REALTIME) / NSEC_PER_SEC, &tai, &source);
	if (source == TAI_LIST_EXPIRED)
		say("the list of leap seconds has expired, so TAI may be wrong; update tzdata");
}

static void sampler_close(struct clock_source *src)
{
	relation_close(&((struct sampler *)src)->relation);
	free(src);
}

/**
 * sampler_open - the host's clocks as a source
 * @leap_list: file with the leap seconds, or NULL for the system's
 * @max_slew_ppb: how fast MONOTONIC may be slewed
 * @any: take them even if they are no function of the TSC
 * @why: what went wrong
 *
 * Takes some 0.2 s, to learn the TSC's rate.
 *
 * Return: the source, or NULL.
 */
struct clock_source *sampler_open(const char *leap_list, u64 max_slew_ppb,
				  bool any, struct problem *why)
{
	struct sampler *sp = calloc(1, sizeof(*sp));

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
	if (relation_open(&sp->relation, max_slew_ppb, any, why)) {
		sampler_close(&sp->src);
		return NULL;
	}
	warn_if_expired(&sp->list);
	return &sp->src;
}
