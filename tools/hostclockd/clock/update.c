// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <hostclock/mult_shift.h>

#include "base/draw.h"
#include "base/rate.h"
#include "page.h"
#include "publish.h"
#include "update.h"

/*
 * The residual is corrected over this many update intervals, so that half of the
 * measurement noise gets into the page.
 */
#define STEER_INTERVALS	2
/*
 * The kernel's frequency and adjtime() add up to 1000 ppm, UTC-SLS adds 1000 ppm:
 * together the 2000 ppm that the guests' driver accepts.
 */
#define MAX_SLEWS	2
/* After this many preemptions in a row, publish late and count the update as missed. */
#define MAX_TRIES	16
/*
 * Pages further off than this start afresh: at 500 ppm, steering them back would take
 * more than half an hour.
 */
#define SANE_NS		NSEC_PER_SEC
/*
 * After a time without a valid relation, pages also start afresh if steering them
 * back would take longer than this: at 500 ppm, if they are off by more than 5 ms.
 */
#define RENEW_SEC	10

/* Host MONOTONIC at a TSC value near the sample's. */
static s64 mono_at(const struct clock_sample *s, u64 tsc)
{
	return s->mono_ns + rate_ns_signed(tsc - s->tsc, s->mono_rate);
}

static s64 clamp(s64 value, s64 limit)
{
	if (value > limit)
		return limit;
	return value < -limit ? -limit : value;
}

/* A rate as a multiplier, rounded to nearest. */
static u32 mult_of(const struct exporter *x, const struct page *pg, u64 tsc_rate)
{
	u64 rate = page_rate(x, pg, tsc_rate);

	return ((rate >> (RATE_BITS - pg->next.shift - 1)) + 1) >> 1;
}

/*
 * The multiplier for a rate, corrected so that @gap_ns is made up over the next
 * updates.
 */
static u32 steer(const struct exporter *x, const struct page *pg, u64 tsc_rate,
		 s64 gap_ns)
{
	u64 horizon_ns = STEER_INTERVALS * x->opt.interval_ns;
	s64 limit = rate_muldiv(horizon_ns, x->opt.max_slew_ppb, PPB);
	u64 horizon = rate_counts(horizon_ns, page_rate(x, pg, tsc_rate));
	u32 mult = mult_of(x, pg, tsc_rate);
	u32 extra;

	gap_ns = clamp(gap_ns, limit);
	extra = hostclock_mult_of(gap_ns < 0 ? -gap_ns : gap_ns, horizon,
				  pg->next.shift);
	return gap_ns < 0 ? mult - extra : mult + extra;
}

static void plan_raw(struct exporter *x, struct page *pg, u64 tsc)
{
	const struct clock_sample *s = &x->sample;
	struct params *n = &pg->next;
	s64 want;

	if (pg->format == HOSTCLOCK_FORMAT_SCALED) {
		n->raw_mult = 1U << n->shift;
		return;
	}
	want = s->raw_ns + rate_ns_signed(tsc - s->tsc, s->raw_rate);
	n->raw_mult = steer(x, pg, s->raw_rate, want - (s64)params_raw(n, tsc));
}

/*
 * Limit MONOTONIC to MAX_SLEWS times max_slew from RAW, whatever the host does:
 * guests reject pages whose clock is faster or slower.
 */
static u32 limit_mult(const struct exporter *x, const struct page *pg, u32 mult)
{
	u32 raw = mult_of(x, pg, x->sample.raw_rate);
	s64 limit = rate_muldiv(raw, MAX_SLEWS * x->opt.max_slew_ppb, PPB);

	return raw + clamp((s64)mult - raw, limit);
}

/* MONOTONIC's multiplier and its error bound. */
static void plan_mono(struct exporter *x, struct page *pg, u64 tsc,
		      const struct leap_state *state)
{
	const struct clock_sample *s = &x->sample;
	struct params *n = &pg->next;
	s64 gap = mono_at(s, tsc) + state->bias_ns -
		  (s64)params_mono(n, n->cycle_last);
	u64 since_ns = rate_ns(tsc - s->tsc, s->raw_rate);
	u32 mult = limit_mult(x, pg, steer(x, pg, s->mono_rate, gap));
	s64 steered = rate_diff_ppb(mult, mult_of(x, pg, s->mono_rate));

	n->mult = hostclock_leap_mult(&state->piece, mult);
	n->maxerror_ns = (gap < 0 ? -gap : gap) + s->half_ns + 1 +
			 rate_muldiv(since_ns, x->opt.max_slew_ppb, PPB);
	n->maxerror_rate_ppb = x->opt.max_slew_ppb +
			       (steered < 0 ? -steered : steered);
	if (!pg->format && !pg->smear)
		x->stats.residual_ns = -gap;
}

static void plan_status(struct exporter *x, struct params *n,
			const struct leap_state *state)
{
	const struct clock_sample *s = &x->sample;

	n->status = HOSTCLOCK_STATUS_SYNCHRONIZED;
	if (s->problem || (x->opt.require_utc && !s->utc_synced))
		n->status = HOSTCLOCK_STATUS_FREERUNNING;
	n->utc_maxerror_ns = s->utc_maxerror_ns;
	n->leap_indicator = state->indicator;
	n->leap_sec = state->indicator ? x->leap.sec : 0;
	n->flags = s->tai_source != TAI_UNKNOWN ? HOSTCLOCK_PARAMS_TAI_VALID : 0;
	n->tai_sec = state->tai_sec;
	n->realtime_offset_ns = state->realtime_offset_ns;
	n->boottime_offset_ns = s->boottime_offset_ns;
	if (x->hooks)
		x->hooks->planned(n);
}

/* The clocks jump where the next parameters start, by more than can be steered. */
static void plan_gap(struct exporter *x, struct page *pg)
{
	struct params *n = &pg->next;

	if (!x->sample.gap_ns)
		return;
	params_rebase(n, n->cycle_last,
		      params_mono(n, n->cycle_last) + x->sample.gap_ns,
		    params_raw(n, n->cycle_last) + x->sample.gap_ns);
}

/* First parameters, which continue nothing. */
static void plan_first(struct exporter *x, struct page *pg, u64 tsc,
		       const struct leap_state *state)
{
	const struct clock_sample *s = &x->sample;
	bool scaled = pg->format == HOSTCLOCK_FORMAT_SCALED;
	u32 mult;

	memset(&pg->next, 0, sizeof(pg->next));
	hostclock_calc_mult_shift(scaled ? NSEC_PER_SEC : x->khz * 1000, 0, &mult,
				  &pg->next.shift);
	params_rebase(&pg->next, page_counter(x, pg, tsc),
		      mono_at(s, tsc) + state->bias_ns,
		    s->raw_ns + rate_ns_signed(tsc - s->tsc, s->raw_rate));
}

static void plan_epoch(struct exporter *x, struct page *pg)
{
	if (!pg->params.epoch || x->sample.gap_ns || x->force_epoch ||
	    !params_same_epoch(&pg->params, &pg->next))
		pg->next.epoch = draw_new(pg->params.epoch);
}

/* Follow the samples: continue the newest parameters and steer towards the clock. */
static void plan_course(struct exporter *x, struct page *pg, u64 tsc,
			const struct leap_state *state)
{
	if (pg->params.epoch) {
		pg->next = pg->params;
		params_advance(&pg->next, page_counter(x, pg, tsc));
		plan_gap(x, pg);
	} else {
		plan_first(x, pg, tsc, state);
	}
	plan_raw(x, pg, tsc);
	plan_mono(x, pg, tsc, state);
	pg->next.valid_ns = x->opt.valid_ns;
}

/* The page starts afresh, and its guests need new epochs. */
static void abandon(struct exporter *x, struct page *pg)
{
	page_start_afresh(pg);
	x->pages_lost = true;
}

static void plan_page(struct exporter *x, struct page *pg, u64 tsc)
{
	struct leap_state state;

	/* The TSC went back: no parameters are in force that could be continued. */
	if (pg->params.epoch && (s64)(page_counter(x, pg, tsc) - pg->params.cycle_last) < 0)
		abandon(x, pg);
	leap_at(&x->leap, &x->sample, pg->smear, mono_at(&x->sample, tsc),
		&state);
	if (!x->src->plan || !x->src->plan(x->src, pg, &x->sample))
		plan_course(x, pg, tsc, &state);
	plan_status(x, &pg->next, &state);
	plan_epoch(x, pg);
}

/*
 * Where the next parameters should start: at @tsc, unless a leap second or smear
 * begins or ends before the update after this one.
 */
static u64 align(const struct exporter *x, u64 tsc)
{
	const struct clock_sample *s = &x->sample;
	s64 begin = mono_at(s, tsc);
	s64 next = leap_next_ns(&x->leap, x->opt.smear, begin);

	/* s->exact: another change already takes effect at @tsc */
	if (s->exact || next - begin > (s64)(x->opt.interval_ns * 3 / 2))
		return tsc;
	return s->tsc + rate_counts(next - s->mono_ns, s->mono_rate);
}

/* Is the page within @limit_ns of the sample? */
static bool page_continues(struct exporter *x, struct page *pg, s64 limit_ns)
{
	u64 counter = page_counter(x, pg, x->sample.tsc);
	struct leap_state state;
	s64 off;

	if (!pg->params.epoch ||
	    (s64)(counter - pg->params.cycle_last) < -(s64)(x->khz * 1000))
		return false;
	leap_at(&x->leap, &x->sample, pg->smear, x->sample.mono_ns, &state);
	off = params_mono(&pg->params, counter) - x->sample.mono_ns - state.bias_ns;
	return off < limit_ns && off > -limit_ns;
}

/* The clock has changed: abandon the pages that cannot be steered to it soon. */
static void abandon_far(struct exporter *x)
{
	s64 limit_ns = rate_muldiv(RENEW_SEC * NSEC_PER_SEC,
				   x->opt.max_slew_ppb, PPB);
	int i;

	for (i = 0; i < PAGES; i++) {
		if (x->pages[i].params.epoch &&
		    !page_continues(x, &x->pages[i], limit_ns))
			abandon(x, &x->pages[i]);
	}
}

static int plan(struct exporter *x, u64 lead_ns, u64 *tsc, struct problem *why)
{
	u64 begin = hostclock_rdtsc() + rate_counts(lead_ns, x->scale);
	int i;

	if (x->src->sample(x->src, begin, &x->sample, why))
		return -1;
	/* What had to be measured took a while. */
	if (x->sample.half_ns)
		begin = hostclock_rdtsc() + rate_counts(lead_ns, x->scale);
	x->sampled = true;
	if (x->sample.renewed)
		abandon_far(x);
	x->stats.half_ns = x->sample.half_ns;
	leap_follow(&x->leap, &x->sample, x->opt.smear,
		    mono_at(&x->sample, begin));
	*tsc = align(x, begin);
	for (i = 0; i < PAGES; i++)
		plan_page(x, &x->pages[i], *tsc);
	return 0;
}

static void account(struct exporter *x, u64 begun)
{
	u64 ns = rate_ns(hostclock_rdtsc() - begun, x->scale);

	x->stats.count++;
	x->stats.ns_last = ns;
	x->stats.ns_total += ns;
	if (!x->stats.ns_min || ns < x->stats.ns_min)
		x->stats.ns_min = ns;
}

/**
 * update_run - sample the clock and publish new parameters
 * @x: the exporter
 * @lead_ns: how far ahead; at least LEAD_SOON_NS
 * @why: what went wrong
 *
 * Waits until the newest parameters are in force, so it may sleep for the previous
 * update's lead.
 *
 * Return: 0 or -1.
 */
int update_run(struct exporter *x, u64 lead_ns, struct problem *why)
{
	int tries = 0;
	u64 begun, tsc;

	publish_wait(x);
	begun = hostclock_rdtsc();
	for (;;) {
		if (plan(x, lead_ns, &tsc, why))
			return -1;
		publish_fill(x);
		if (rate_ns_until(tsc, x->scale) >= HOSTCLOCK_MIN_LEAD_NS)
			break;
		x->stats.late++;
		if (++tries == MAX_TRIES)
			break;
	}
	publish_done(x);
	x->begins = tsc;
	x->force_epoch = false;
	if (rate_ns_until(tsc, x->scale) < HOSTCLOCK_MIN_LEAD_NS)
		x->stats.missed++;
	if (x->src->commit)
		x->src->commit(x->src);
	account(x, begun);
	return 0;
}

/**
 * update_continues - do the parameters in the file fit this host and its clock?
 * @x: the exporter, with a sample
 *
 * Those that do not are dropped, so that the next update starts afresh.
 *
 * Return: true if all were kept.
 */
bool update_continues(struct exporter *x)
{
	bool all = true;
	int i;

	for (i = 0; i < PAGES; i++) {
		struct page *pg = &x->pages[i];

		if (page_continues(x, pg, SANE_NS)) {
			if (!pg->format &&
			    (s64)(pg->params.cycle_last - x->begins) > 0)
				x->begins = pg->params.cycle_last;
			continue;
		}
		page_start_afresh(pg);
		all = false;
	}
	return all;
}
