// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel slews MONOTONIC by up to --max-slew to either side of RAW, so from one end to
 * the other its rate changes by twice that.  adjtimex() and adjtime() together slew by
 * more: what has been seen of that is expected again for a while.
 */
#include <string.h>

#include "base/rate.h"
#include "slewing.h"

/* For at least so long, and at most so many times --max-slew. */
#define EXPECT_NS	(30 * NSEC_PER_SEC)
#define MOST_SLEWS	2

static u64 slew_ppb(const struct slewing *m, u64 raw_rate)
{
	return magnitude(rate_diff_ppb(m->rate, raw_rate));
}

static u64 expected_ppb(const struct slewing *m, u64 ppb)
{
	u64 limit_ppb = MOST_SLEWS * m->max_ppb;

	return ppb < limit_ppb ? ppb : limit_ppb;
}

/* Remember the fastest slewing. */
static void note_most(struct slewing *m, u64 raw_rate, u64 tsc)
{
	u64 ppb = expected_ppb(m, slew_ppb(m, raw_rate));

	if (rate_ns(tsc - m->since_tsc, raw_rate) > EXPECT_NS) {
		m->before_ppb = m->most_ppb;
		m->most_ppb = 0;
		m->since_tsc = tsc;
	}
	if (ppb > m->most_ppb)
		m->most_ppb = ppb;
}

/**
 * slewing_begin - learn the rate by readings through which a straight line fits
 * @m: with max_ppb
 * @readings: of MONOTONIC, two or more
 * @count: how many
 * @raw_rate: RAW's rate
 */
void slewing_begin(struct slewing *m, const struct reading *readings, unsigned int count,
		   u64 raw_rate)
{
	unsigned int n = count < SLEWING_READINGS ? count : SLEWING_READINGS;
	const struct reading *last = &m->readings[n - 1];

	memcpy(m->readings, readings + count - n, n * sizeof(m->readings[0]));
	m->count = n;
	m->rate = rate_of(last->ns - m->readings[0].ns, last->tsc - m->readings[0].tsc);
	m->most_ppb = 0;
	m->before_ppb = 0;
	m->since_tsc = last->tsc;
	note_most(m, raw_rate, last->tsc);
	m->changed = false;
}

/*
 * By how much the rate may change: to the far side of RAW's. Slewing that pages cannot
 * follow leaves them behind, so its end must not be let pass.
 */
u64 slewing_change_ppb(const struct slewing *m, u64 raw_rate)
{
	u64 most_ppb = m->most_ppb > m->before_ppb ? m->most_ppb : m->before_ppb;

	return expected_ppb(m, slew_ppb(m, raw_rate)) +
	       (most_ppb > m->max_ppb ? most_ppb : m->max_ppb);
}

/* How far a reading is beyond what the rate leads to. */
static s64 off_ns(const struct slewing *m, const struct reading *now)
{
	const struct reading *last = &m->readings[m->count - 1];

	return now->ns - last->ns - rate_ns_signed(now->tsc - last->tsc, m->rate);
}

static s64 since_ns(const struct slewing *m, const struct reading *now, u64 raw_rate)
{
	return rate_ns_signed(now->tsc - m->readings[m->count - 1].tsc, raw_rate);
}

/**
 * slewing_check - can the clock have come to this reading?
 * @m: the rate so far
 * @now: the reading
 * @error_ns: what its bracket and that of the reading before it leave open
 * @raw_rate: RAW's rate
 * @why: why not
 *
 * Return: 0 or -1.
 */
int slewing_check(const struct slewing *m, const struct reading *now, u64 error_ns,
		  u64 raw_rate, struct problem *why)
{
	s64 dt_ns = since_ns(m, now, raw_rate);
	s64 off = off_ns(m, now);

	if (dt_ns <= 0)
		return problem_set(why, "the TSC went back by %lld ns", (long long)-dt_ns);
	if (magnitude(off) <= error_ns + rate_muldiv(dt_ns, slewing_change_ppb(m, raw_rate), PPB))
		return 0;
	return problem_set(why,
			   "CLOCK_MONOTONIC went %lld ns astray in %lld ms, more than slewing by --max-slew explains",
			   (long long)off, (long long)dt_ns / 1000000);
}

/**
 * slewing_learn - learn from another reading
 * @m: the rate so far
 * @now: the reading
 * @error_ns: as above
 * @raw_rate: RAW's rate
 *
 * The rate is that over all readings while a straight line through them also fits the
 * new one, otherwise that over the last interval.
 */
void slewing_learn(struct slewing *m, const struct reading *now, u64 error_ns, u64 raw_rate)
{
	u64 off = magnitude(off_ns(m, now));
	s64 dt_ns = since_ns(m, now, raw_rate);

	m->changed = off > error_ns && off > rate_muldiv(dt_ns, SLEWING_LET_PASS_PPB, PPB);
	if (off > error_ns) {
		m->readings[0] = m->readings[m->count - 1];
		m->count = 1;
	}
	if (m->count == SLEWING_READINGS) {
		m->count--;
		memmove(m->readings, m->readings + 1, m->count * sizeof(m->readings[0]));
	}
	m->readings[m->count++] = *now;
	m->rate = rate_of(now->ns - m->readings[0].ns, now->tsc - m->readings[0].tsc);
	note_most(m, raw_rate, now->tsc);
}
