// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include <hostclock/mult_shift.h>

#include "base/draw.h"
#include "base/rate.h"
#include "kernel.h"
#include "line.h"
#include "pace.h"
#include "page.h"
#include "publish.h"
#include "update.h"

/*
 * The residual is corrected over this many update intervals, so that half of the
 * measurement noise gets into the page.  But parameters whose successors come late go on
 * correcting, and would overshoot: so over no less than the longest pause of late, which is
 * forgotten by 1/PAUSE_FADES at every update.  That few, and a clock that is killed again and
 * again would be the further off each time, whenever it is.
 */
#define STEER_INTERVALS	2
#define PAUSE_FADES	20
/* Longer than a clock that keeps ending is left alone. */
#define PAUSE_MAX_NS	(10 * NSEC_PER_SEC)
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

/* The page's counter at a TSC value. */
static u64 page_counter(const struct clock *clk, const struct page *pg, u64 tsc)
{
	return view_counter(&clk->now, pg->shown->format, tsc);
}

/* A rate against the TSC, as one against that counter. */
static u64 page_rate(const struct clock *clk, const struct page *pg, u64 tsc_rate)
{
	return view_rate(&clk->now, pg->shown->format, tsc_rate);
}

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
static u32 mult_of(const struct clock *clk, const struct page *pg, u64 tsc_rate)
{
	u64 rate = page_rate(clk, pg, tsc_rate);

	return ((rate >> (RATE_BITS - pg->next.shift - 1)) + 1) >> 1;
}

/*
 * The multiplier for a rate, corrected so that @gap_ns is made up over the next
 * updates.
 */
static u32 steer(const struct clock *clk, const struct page *pg, u64 tsc_rate,
		 s64 gap_ns)
{
	s64 limit = rate_muldiv(clk->horizon_ns, clk->opt->max_slew_ppb, PPB);
	u64 horizon = rate_counts(clk->horizon_ns, page_rate(clk, pg, tsc_rate));
	u32 mult = mult_of(clk, pg, tsc_rate);
	u32 extra;

	gap_ns = clamp(gap_ns, limit);
	extra = hostclock_mult_of(magnitude(gap_ns), horizon, pg->next.shift);
	return gap_ns < 0 ? mult - extra : mult + extra;
}

static void plan_raw(struct clock *clk, struct page *pg, u64 tsc)
{
	const struct clock_sample *s = &clk->sample;
	struct params *n = &pg->next;
	s64 want;

	if (pg->shown->format == HOSTCLOCK_FORMAT_SCALED) {
		n->raw_mult = 1U << n->shift;
		return;
	}
	want = s->raw_ns + rate_ns_signed(tsc - s->tsc, s->raw_rate);
	want -= kernel_behind_ns(clk, pg);
	n->raw_mult = steer(clk, pg, s->raw_rate, want - (s64)params_raw(n, tsc));
}

/*
 * Limit MONOTONIC to MAX_SLEWS times max_slew from RAW, whatever the host does:
 * guests reject pages whose clock is faster or slower.
 */
static u32 limit_mult(const struct clock *clk, const struct page *pg, u32 mult)
{
	u32 raw = mult_of(clk, pg, clk->sample.raw_rate);
	s64 limit = rate_muldiv(raw, MAX_SLEWS * clk->opt->max_slew_ppb, PPB);

	return raw + clamp((s64)mult - raw, limit);
}

/* MONOTONIC's multiplier and its error bound. */
static void plan_mono(struct clock *clk, struct page *pg, u64 tsc,
		      const struct leap_state *state)
{
	const struct clock_sample *s = &clk->sample;
	struct params *n = &pg->next;
	s64 gap = mono_at(s, tsc) + state->bias_ns -
		  (s64)params_mono(n, n->cycle_last);
	u64 since_ns = rate_ns(tsc - s->tsc, s->raw_rate);
	s64 steer_ns = gap - kernel_behind_ns(clk, pg);
	u32 mult = limit_mult(clk, pg, steer(clk, pg, s->mono_rate, steer_ns));
	s64 steered = rate_diff_ppb(mult, mult_of(clk, pg, s->mono_rate));

	n->mult = hostclock_leap_mult(&state->piece, mult);
	n->maxerror_ns = magnitude(gap) + s->half_ns + 1 +
			 rate_muldiv(since_ns, s->change_ppb, PPB);
	n->maxerror_rate_ppb = s->change_ppb + magnitude(steered);
	if (!pg->shown->format && !pg->shown->smear)
		clk->now.stats.residual_ns = -gap;
}

static void plan_status(struct clock *clk, struct params *n,
			const struct leap_state *state)
{
	const struct clock_sample *s = &clk->sample;

	n->status = HOSTCLOCK_STATUS_SYNCHRONIZED;
	if (s->problem || (clk->opt->require_utc && !s->utc_synced))
		n->status = HOSTCLOCK_STATUS_FREERUNNING;
	n->utc_maxerror_ns = s->utc_maxerror_ns;
	n->leap_indicator = state->indicator;
	n->leap_sec = state->indicator ? clk->now.leap.sec : 0;
	n->flags = s->tai_source != TAI_UNKNOWN ? HOSTCLOCK_PARAMS_TAI_VALID : 0;
	n->tai_sec = state->tai_sec;
	n->realtime_offset_ns = state->realtime_offset_ns;
	n->boottime_offset_ns = s->boottime_offset_ns;
	if (clk->hooks)
		clk->hooks->planned(n);
}

/* The clocks jump where the next parameters start, by more than can be steered. */
static void plan_gap(struct clock *clk, struct page *pg)
{
	struct params *n = &pg->next;

	if (!clk->sample.gap_ns)
		return;
	params_rebase(n, n->cycle_last,
		      params_mono(n, n->cycle_last) + clk->sample.gap_ns,
		    params_raw(n, n->cycle_last) + clk->sample.gap_ns);
}

/* First parameters, which continue nothing. */
static void plan_first(struct clock *clk, struct page *pg, u64 tsc,
		       const struct leap_state *state)
{
	const struct clock_sample *s = &clk->sample;
	bool scaled = pg->shown->format == HOSTCLOCK_FORMAT_SCALED;
	u32 mult;

	memset(&pg->next, 0, sizeof(pg->next));
	hostclock_calc_mult_shift(scaled ? NSEC_PER_SEC : clk->now.khz * 1000, 0, &mult,
				  &pg->next.shift);
	params_rebase(&pg->next, page_counter(clk, pg, tsc),
		      mono_at(s, tsc) + state->bias_ns,
		    s->raw_ns + rate_ns_signed(tsc - s->tsc, s->raw_rate));
}

static void plan_epoch(struct clock *clk, struct page *pg)
{
	if (!pg->shown->params.epoch || clk->sample.gap_ns || clk->force_epoch ||
	    !params_same_epoch(&pg->shown->params, &pg->next))
		pg->next.epoch = draw_new(pg->shown->params.epoch);
}

/* Follow the samples: continue the newest parameters and steer towards the clock. */
static void plan_course(struct clock *clk, struct page *pg, u64 tsc,
			const struct leap_state *state)
{
	if (pg->shown->params.epoch) {
		pg->next = pg->shown->params;
		params_advance(&pg->next, page_counter(clk, pg, tsc));
		plan_gap(clk, pg);
	} else {
		plan_first(clk, pg, tsc, state);
	}
	plan_raw(clk, pg, tsc);
	plan_mono(clk, pg, tsc, state);
	pg->next.valid_ns = clk->opt->valid_ns;
}

/* The page starts afresh, and its guests need new epochs. */
static void abandon(struct clock *clk, struct page *pg)
{
	page_start_afresh(pg);
	clk->now.afresh++;
}

/* The kernel's page has what that has written. */
static bool plan_kernel(struct clock *clk, struct page *pg, const struct leap_state *state)
{
	struct params told = { .epoch = 0 };

	if (!kernel_writes(clk, pg))
		return false;
	plan_status(clk, &told, state);
	return kernel_tell(clk, &told);
}

static void plan_page(struct clock *clk, struct page *pg, u64 tsc)
{
	struct leap_state state;

	leap_at(&clk->now.leap, &clk->sample, pg->shown->smear, mono_at(&clk->sample, tsc),
		&state);
	if (plan_kernel(clk, pg, &state))
		return;

	/* The TSC went back: no parameters are in force that could be continued. */
	if (pg->shown->params.epoch &&
	    (s64)(page_counter(clk, pg, tsc) - pg->shown->params.cycle_last) < 0)
		abandon(clk, pg);
	if (!clk->src->plan || !clk->src->plan(clk->src, pg, &clk->sample))
		plan_course(clk, pg, tsc, &state);
	plan_status(clk, &pg->next, &state);
	plan_epoch(clk, pg);
}

/*
 * Where the next parameters should start: at @tsc, unless a leap second or smear
 * begins or ends before the update after this one.
 */
static u64 align(const struct clock *clk, u64 tsc)
{
	const struct clock_sample *s = &clk->sample;
	s64 begin = mono_at(s, tsc);
	s64 next = leap_next_ns(&clk->now.leap, clk->opt->smear, begin);

	/* s->exact: another change already takes effect at @tsc */
	if (s->exact || next - begin > (s64)(clk->opt->interval_ns * 3 / 2))
		return tsc;
	return s->tsc + rate_counts(next - s->mono_ns, s->mono_rate);
}

/* Is the page within @limit_ns of the sample? */
static bool page_continues(struct clock *clk, struct page *pg, s64 limit_ns)
{
	u64 counter = page_counter(clk, pg, clk->sample.tsc);
	struct leap_state state;
	s64 off;

	if (!pg->shown->params.epoch ||
	    (s64)(counter - pg->shown->params.cycle_last) < -(s64)(clk->now.khz * 1000))
		return false;
	leap_at(&clk->now.leap, &clk->sample, pg->shown->smear, clk->sample.mono_ns, &state);
	off = params_mono(&pg->shown->params, counter) - clk->sample.mono_ns - state.bias_ns;
	return off < limit_ns && off > -limit_ns;
}

/* The clock has changed: abandon the pages that cannot be steered to it soon. */
static void abandon_far(struct clock *clk)
{
	s64 limit_ns = rate_muldiv(RENEW_SEC * NSEC_PER_SEC,
				   clk->opt->max_slew_ppb, PPB);
	int i;

	for (i = 0; i < PAGES; i++) {
		if (clk->now.pages[i].params.epoch &&
		    !page_continues(clk, &clk->pages[i], limit_ns))
			abandon(clk, &clk->pages[i]);
	}
}

static int plan(struct clock *clk, u64 lead_ns, u64 *tsc, struct problem *why)
{
	u64 begin = hostclock_rdtsc() + rate_counts(lead_ns, clk->now.scale);
	int i;

	if (clk->src->sample(clk->src, begin, &clk->sample, why))
		return -1;
	/* What had to be measured took a while. */
	if (clk->sample.half_ns)
		begin = hostclock_rdtsc() + rate_counts(lead_ns, clk->now.scale);
	if (clk->sample.renewed)
		abandon_far(clk);
	clk->now.stats.half_ns = clk->sample.half_ns;
	leap_follow(&clk->now.leap, &clk->sample, clk->opt->smear,
		    mono_at(&clk->sample, begin));
	*tsc = align(clk, begin);
	for (i = 0; i < PAGES; i++)
		plan_page(clk, &clk->pages[i], *tsc);
	return 0;
}

/* Over how long to correct, by how long parameters have been in force of late. */
static void choose_horizon(struct clock *clk, u64 now)
{
	u64 least_ns = STEER_INTERVALS * clk->now.interval_ns;
	u64 pause_ns = clk->horizon_ns - clk->horizon_ns / PAUSE_FADES;
	u64 age_ns = 0;

	if (clk->now.begins && (s64)(now - clk->now.begins) > 0)
		age_ns = rate_ns(now - clk->now.begins, clk->now.scale);
	if (age_ns > PAUSE_MAX_NS)
		age_ns = PAUSE_MAX_NS;
	if (pause_ns < age_ns)
		pause_ns = age_ns;
	clk->horizon_ns = pause_ns > least_ns ? pause_ns : least_ns;
}

/* What others see of the sample. */
static void show_sample(struct clock *clk)
{
	const struct clock_sample *s = &clk->sample;

	clk->now.slew_ppb = rate_diff_ppb(s->mono_rate, s->raw_rate);
	clk->now.tai_source = s->tai_source;
	clk->now.tai_sec = s->tai_sec;
	clk->now.utc_synced = s->utc_synced;
	clk->now.simulated = clk->src->simulated;
	clk->now.problem[0] = '\0';
	if (s->problem)
		snprintf(clk->now.problem, sizeof(clk->now.problem), "%s", s->problem);
}

/* A guest must not read its line page across a change of the clock's epoch. */
static void close_lines(const struct clock *clk)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		if (clk->pages[i].next.epoch != clk->pages[i].shown->params.epoch)
			lines_close(i);
	}
}

static void account(struct clock *clk, u64 begun)
{
	u64 ns = rate_ns(hostclock_rdtsc() - begun, clk->now.scale);

	clk->now.stats.count++;
	clk->now.stats.ns_last = ns;
	clk->now.stats.ns_total += ns;
	if (!clk->now.stats.ns_min || ns < clk->now.stats.ns_min)
		clk->now.stats.ns_min = ns;
}

/**
 * update_run - sample the clock and publish new parameters
 * @clk: the clock
 * @lead_ns: how far ahead; at least LEAD_SOON_NS
 * @why: what went wrong
 *
 * Waits until the newest parameters are in force, so it may sleep for the previous
 * update's lead.
 *
 * Return: 0 or -1.
 */
int update_run(struct clock *clk, u64 lead_ns, struct problem *why)
{
	int tries = 0;
	u64 begun, tsc;

	publish_wait(clk);
	begun = hostclock_rdtsc();
	choose_horizon(clk, begun);
	for (;;) {
		if (plan(clk, lead_ns, &tsc, why))
			return -1;
		close_lines(clk);
		publish_fill(clk);
		if (rate_ns_until(tsc, clk->now.scale) >= HOSTCLOCK_MIN_LEAD_NS)
			break;
		clk->now.stats.late++;
		if (++tries == MAX_TRIES)
			break;
	}
	publish_done(clk);
	clk->now.begins = tsc;
	clk->force_epoch = false;
	if (rate_ns_until(tsc, clk->now.scale) < HOSTCLOCK_MIN_LEAD_NS)
		clk->now.stats.missed++;
	if (clk->src->commit)
		clk->src->commit(clk->src);
	show_sample(clk);
	account(clk, begun);
	pace_choose(clk);
	return 0;
}

/**
 * update_continues - do the parameters in the file fit this host and its clock?
 * @clk: the clock, with a sample
 *
 * Those that do not are dropped, so that the next update starts afresh.
 *
 * Return: true if all were kept.
 */
bool update_continues(struct clock *clk)
{
	bool all = true;
	int i;

	for (i = 0; i < PAGES; i++) {
		struct page *pg = &clk->pages[i];

		if (page_continues(clk, pg, SANE_NS)) {
			if (!pg->shown->format &&
			    (s64)(pg->shown->params.cycle_last - clk->now.begins) > 0)
				clk->now.begins = pg->shown->params.cycle_last;
			continue;
		}
		page_start_afresh(pg);
		all = false;
	}
	clk->now.afresh += !all;
	return all;
}
