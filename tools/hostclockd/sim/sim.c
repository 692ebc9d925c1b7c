// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <hostclock/mult_shift.h>
#include <linux/hostclock-abi.h>

#include "base/rate.h"
#include "clock/slewing.h"
#include "sim.h"

/* Static parameters stay valid for longer than any guest runs under -icount: a year. */
#define ICOUNT_VALID_NS	(365 * 86400 * NSEC_PER_SEC)
/* The simulated kernel's error bound: as when well synchronized by NTP. */
#define UTC_MAXERROR_NS	1000000

/**
 * struct model - a clock from one change to the next
 * @tsc:	where it begins
 * @mono_ns:	MONOTONIC there
 * @raw_ns:	and RAW
 * @slew_ppb:	MONOTONIC's rate less RAW's: by slewing
 * @freq_ppb:	and by frequency
 * @realtime_offset_ns:	REALTIME - MONOTONIC
 * @boottime_offset_ns:	BOOTTIME - MONOTONIC
 * @gap_ns:	by how much MONOTONIC and RAW jump where it begins
 * @tai_sec:	TAI - REALTIME
 * @leap:	sign of the leap second to come, or 0
 * @leap_sec:	UTC second before which it happens
 */
struct model {
	u64 tsc;
	u64 mono_ns;
	u64 raw_ns;
	s64 slew_ppb;
	s64 freq_ppb;
	s64 realtime_offset_ns;
	s64 boottime_offset_ns;
	u64 gap_ns;
	s32 tai_sec;
	int leap;
	s64 leap_sec;
};

struct sim {
	struct clock_source src;
	u64 raw_rate;
	u64 max_slew_ppb;
	struct model now;
	struct model asked;	/* with changes that are not in force yet */
	struct model next;
	bool changed;
};

static struct sim *of(struct clock_source *src)
{
	return (struct sim *)src;
}

static u64 mono_rate(const struct sim *sim, const struct model *m)
{
	return rate_adjust(sim->raw_rate, m->slew_ppb + m->freq_ppb);
}

static void advance(const struct sim *sim, struct model *m, u64 tsc)
{
	m->mono_ns += rate_ns_signed(tsc - m->tsc, mono_rate(sim, m));
	m->raw_ns += rate_ns_signed(tsc - m->tsc, sim->raw_rate);
	m->tsc = tsc;
}

/* Do the leap second if its instant is past, as a kernel would. */
static void leap(struct model *m)
{
	s64 instant_ns = (m->leap_sec - (m->leap < 0)) * NSEC_PER_SEC;

	if (!m->leap || (s64)m->mono_ns + m->realtime_offset_ns < instant_ns)
		return;
	m->realtime_offset_ns -= m->leap * NSEC_PER_SEC;
	m->tai_sec += m->leap;
	m->leap = 0;
}

/*
 * A change takes effect at @begin: the old clock's values there, overridden by what
 * was requested.
 */
static void change(const struct sim *sim, struct model *m, u64 begin)
{
	*m = sim->now;
	advance(sim, m, begin);
	m->slew_ppb = sim->asked.slew_ppb;
	m->freq_ppb = sim->asked.freq_ppb;
	m->realtime_offset_ns = sim->asked.realtime_offset_ns;
	m->boottime_offset_ns = sim->asked.boottime_offset_ns;
	m->gap_ns = sim->asked.gap_ns;
	m->mono_ns += m->gap_ns;
	m->raw_ns += m->gap_ns;
	m->tai_sec = sim->asked.tai_sec;
	m->leap = sim->asked.leap;
	m->leap_sec = sim->asked.leap_sec;
}

/* Does the rate change, by more than is let pass? */
static bool is_slewed(const struct sim *sim, const struct model *m)
{
	s64 ppb = m->slew_ppb + m->freq_ppb - sim->now.slew_ppb - sim->now.freq_ppb;

	return ppb > SLEWING_LET_PASS_PPB || ppb < -SLEWING_LET_PASS_PPB;
}

static int sim_sample(struct clock_source *src, u64 begin,
		      struct clock_sample *s, struct problem *why)
{
	struct sim *sim = of(src);
	struct model m;

	(void)why;
	change(sim, &sim->next, begin);
	leap(&sim->next);
	m = sim->next;
	*s = (struct clock_sample) {
		.tsc = begin,
		.mono_ns = m.mono_ns,
		.raw_ns = m.raw_ns,
		.mono_rate = mono_rate(sim, &m),
		.raw_rate = sim->raw_rate,
		.change_ppb = sim->max_slew_ppb,
		.realtime_offset_ns = m.realtime_offset_ns,
		.boottime_offset_ns = m.boottime_offset_ns,
		.gap_ns = m.gap_ns,
		.tai_sec = m.tai_sec,
		.tai_source = TAI_SIMULATED,
		.leap = m.leap,
		.leap_sec = m.leap_sec,
		.host_leaps = m.leap,
		.utc_synced = true,
		.utc_maxerror_ns = UTC_MAXERROR_NS,
		.exact = sim->changed,
		.slewed = sim->changed && is_slewed(sim, &m),
	};
	return 0;
}

static void sim_commit(struct clock_source *src)
{
	struct sim *sim = of(src);

	/* Without a change, keep the old start: no rounding accumulates. */
	if (!sim->changed && sim->next.leap == sim->now.leap)
		return;
	sim->now = sim->next;
	sim->asked = sim->next;
	sim->asked.gap_ns = 0;
	sim->changed = false;
}

static void sim_close(struct clock_source *src)
{
	free(src);
}

void sim_step(struct clock_source *src, s64 ns)
{
	of(src)->asked.realtime_offset_ns += ns;
	of(src)->changed = true;
}

void sim_slew(struct clock_source *src, s64 ppb)
{
	of(src)->asked.slew_ppb = ppb;
	of(src)->changed = true;
}

void sim_freq(struct clock_source *src, s64 ppb)
{
	of(src)->asked.freq_ppb = ppb;
	of(src)->changed = true;
}

/* The host slept: BOOTTIME and REALTIME are ahead, MONOTONIC is not. */
void sim_sleep(struct clock_source *src, s64 ns)
{
	of(src)->asked.boottime_offset_ns += ns;
	of(src)->asked.realtime_offset_ns += ns;
	of(src)->changed = true;
}

/* Time passes at once: all clocks jump, the counter does not. */
void sim_gap(struct clock_source *src, u64 ns)
{
	of(src)->asked.gap_ns += ns;
	of(src)->changed = true;
}

void sim_tai(struct clock_source *src, s32 sec)
{
	of(src)->asked.tai_sec = sec;
	of(src)->changed = true;
}

/* A leap second before the UTC second nearest to @in_sec from now; 0: none. */
void sim_leap(struct clock_source *src, int sign, s64 in_sec)
{
	struct sim *sim = of(src);
	struct model m = sim->now;
	s64 utc_ns;

	advance(sim, &m, hostclock_rdtsc());
	utc_ns = (s64)m.mono_ns + sim->asked.realtime_offset_ns;
	sim->asked.leap = sign;
	sim->asked.leap_sec = (utc_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC + in_sec;
	sim->changed = true;
}

/*
 * For guests under -icount: parameters that start at counter 0, as the guest does,
 * and never advance.  Their offsets can change, their rates cannot.
 */
static bool plan_static(struct clock_source *src, struct page *pg,
			const struct clock_sample *s)
{
	struct params *n = &pg->next;

	(void)src;
	if (pg->shown->format != HOSTCLOCK_FORMAT_SCALED)
		return false;
	*n = pg->shown->params;
	if (!n->epoch) {
		hostclock_calc_mult_shift(NSEC_PER_SEC, 0, &n->mult, &n->shift);
		n->raw_mult = n->mult;
		params_rebase(n, 0, s->mono_ns, s->raw_ns);
	}
	n->maxerror_ns = 1;
	n->maxerror_rate_ppb = 0;
	n->valid_ns = ICOUNT_VALID_NS;
	return true;
}

/* Continue from a page's newest parameters. */
static void restore(struct model *m, const struct params *p)
{
	m->mono_ns = params_mono(p, m->tsc);
	m->raw_ns = params_raw(p, m->tsc);
	m->realtime_offset_ns = p->realtime_offset_ns;
	m->boottime_offset_ns = p->boottime_offset_ns;
	m->tai_sec = p->tai_sec;
}

/**
 * sim_open - a simulated clock
 * @clk: the clock, with a sample of the real one and its pages
 * @opt: what kind of it
 * @why: what went wrong
 *
 * It begins as the real one, but where --sim-realtime says; after a restart it
 * goes on from the pages, at its nominal rate.
 *
 * Return: the source, or NULL.
 */
struct clock_source *sim_open(struct clock *clk, const struct sim_options *opt,
			      struct problem *why)
{
	const struct clock_sample *s = &clk->sample;
	struct sim *sim = calloc(1, sizeof(*sim));
	struct model *m;

	if (!sim) {
		problem_errno(why, "cannot allocate");
		return NULL;
	}
	sim->src.sample = sim_sample;
	sim->src.plan = opt->icount ? plan_static : NULL;
	sim->src.commit = sim_commit;
	sim->src.close = sim_close;
	sim->src.simulated = true;
	sim->raw_rate = s->raw_rate;
	sim->max_slew_ppb = clk->opt->max_slew_ppb;
	m = &sim->now;
	m->tsc = s->tsc;
	m->mono_ns = s->mono_ns;
	m->raw_ns = s->raw_ns;
	m->realtime_offset_ns = s->realtime_offset_ns;
	m->boottime_offset_ns = s->boottime_offset_ns;
	m->tai_sec = s->tai_sec;
	if (opt->realtime_set)
		m->realtime_offset_ns = opt->realtime_ns - (s64)s->mono_ns;
	if (clk->now.pages[0].params.epoch)
		restore(m, &clk->now.pages[0].params);
	sim->asked = *m;
	return &sim->src;
}
