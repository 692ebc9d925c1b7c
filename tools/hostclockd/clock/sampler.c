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
#define BOOT_READINGS	2
/* What only system calls tell is asked for so often, and when the clock was set. */
#define ASK_NS		(NSEC_PER_SEC * 9 / 20)
#define DAY_SEC		86400

/**
 * struct answer - what adjtimex() said
 * @tx:		its structure
 * @state:	TIME_*
 * @mono_ns:	when
 * @realtime_offset_ns: and the offset then
 * @day:	and the day
 */
struct answer {
	struct timex tx;
	int state;
	u64 mono_ns;
	s64 realtime_offset_ns;
	s64 day;
};

struct sampler {
	struct clock_source src;
	struct relation relation;
	struct leaplist list;
	s64 realtime_offset_ns;
	s64 boottime_offset_ns;
	bool have_offsets;
	struct answer kernel;
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

/*
 * What adjtimex() says changes once a second, or when somebody changes it; leap seconds
 * also set the clock.
 */
static const struct answer *ask_kernel(struct answer *a, const struct clock_sample *s,
				       s64 now_sec)
{
	if (a->mono_ns && s->mono_ns - a->mono_ns < ASK_NS && a->day == now_sec / DAY_SEC &&
	    a->realtime_offset_ns == s->realtime_offset_ns)
		return a;
	a->tx.modes = 0;
	a->state = adjtimex(&a->tx);
	a->mono_ns = s->mono_ns;
	a->realtime_offset_ns = s->realtime_offset_ns;
	a->day = now_sec / DAY_SEC;
	return a;
}

static void learn_utc(struct sampler *sp, struct clock_sample *s)
{
	s64 now_sec = ((s64)s->mono_ns + s->realtime_offset_ns) / NSEC_PER_SEC;
	const struct answer *a = ask_kernel(&sp->kernel, s, now_sec);

	s->utc_synced = a->state >= 0 && a->state != TIME_ERROR &&
			!(a->tx.status & STA_UNSYNC);
	s->utc_maxerror_ns = s->utc_synced ? (u64)a->tx.maxerror * 1000 :
					     HOSTCLOCK_ERROR_UNKNOWN;
	leaplist_tai(&sp->list, now_sec, &s->tai_sec, &s->tai_source);
	if (a->tx.tai) {
		s->tai_sec = a->tx.tai;
		s->tai_source = TAI_KERNEL;
	}
	s->leap = leaplist_next(&sp->list, now_sec, &s->leap_sec);
	if (a->state == TIME_INS || a->state == TIME_DEL) {
		s->leap = a->state == TIME_INS ? 1 : -1;
		s->leap_sec = (now_sec / DAY_SEC + 1) * DAY_SEC;
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
	learn_utc(sp, s);
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
