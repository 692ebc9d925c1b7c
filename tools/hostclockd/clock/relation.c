// SPDX-License-Identifier: GPL-2.0
/*
 * The relation between the clocks and the TSC is judged at the start and checked from
 * then on: at every poll that both clocks are within their bounds, twice a second
 * the clocksource's name, and now and then another CPU.  If a check fails, the clocks are
 * extrapolated with a measured error bound.  Once the same judgement as at the start
 * succeeds again, the relation is learnt anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/rate.h"
#include "relation.h"
#include "visit.h"

#define CLOCKSOURCE	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

/* Polls at the start, and the time between them. */
#define OPEN_LOOKS	11
#define OPEN_PAUSE_NS	(ACCEPT_SPAN_NS / (OPEN_LOOKS - 2))
/* Judgements at the start: a virtual host may be held up during one. */
#define OPEN_TRIES	3
/* What the clocksource is called until the kernel has calibrated the TSC; 50 looks are 5 s. */
#define UNCALIBRATED	"tsc-early"
#define CALIBRATION_LOOKS	50
#define CALIBRATION_PAUSE_NS	(NSEC_PER_SEC / 10)
/* The name is read so often, and at once where reading the clocks takes longer than before. */
#define NAME_NS		(NSEC_PER_SEC * 9 / 20)
/* Between two visits to another CPU, some 10 us each. */
#define VISIT_NS	(3 * NSEC_PER_SEC)
/* After this many slow readings in a row, so far apart, the counter is considered another one. */
#define SLOW_READINGS	3
#define SLOW_NS		(NSEC_PER_SEC / 20)
/* Clocks that are so far off, or off by so much more than before, go on from where they are. */
#define FAR_NS		NSEC_PER_SEC
#define JUMP_NS		(NSEC_PER_SEC / 100)
/* More than any crystal drifts. */
#define RATE_CHANGE_PPB	1000000
/* How long a clock may take to move, if a simulation needs the TSC's rate by it. */
#define CHANGE_NS	(NSEC_PER_SEC / 20)

static void read_name(const struct relation *r, char name[32])
{
	ssize_t len = pread(r->name_fd, name, 31, 0);

	name[len > 0 ? len : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	if (!name[0])
		snprintf(name, 32, "unknown");
}

/* Restart the judgement. */
static void judge_anew(struct relation *r)
{
	char name[32];

	read_name(r, name);
	evidence_begin(&r->seen, name, r->seen.max_slew_ppb);
}

/* The relation does not hold any more.  r->why has been set: problem_set() returns -1. */
static void lose(struct relation *r, int problem)
{
	(void)problem;
	if (r->holds)
		say("%s; pages are freerunning until the clocks are a function of the TSC again",
		    r->why.text);
	r->holds = false;
	r->slow = 0;
	judge_anew(r);
}

static struct reading read_raw(void)
{
	return reading_take(CLOCK_MONOTONIC_RAW);
}

/*
 * The TSC's rate, to compare CPUs by: what was accepted, or else what is seen now.
 * Return: 0 if that is not known.
 */
static u64 rate_now(const struct relation *r)
{
	const struct evidence *e = &r->seen;
	struct line line;

	if (r->holds)
		return r->raw.rate;
	if (e->count < 2 || (s64)(e->raw[e->count - 1].tsc - e->raw[0].tsc) <= 0)
		return 0;
	evidence_line(e, &line);
	return line.rate;
}

/* Stay with a CPU that disagrees. */
static void visit_next(struct relation *r)
{
	u64 rate;
	int cpu, bad;

	if (r->holds && rate_ns(r->raw.last.tsc - r->visit_tsc, r->raw.rate) < VISIT_NS)
		return;
	r->visit_tsc = r->raw.last.tsc;
	rate = rate_now(r);
	cpu = cpus_next(r->cpus, r->cpu);
	if (cpu < 0 || !rate)
		return;
	bad = visit(r->cpus, cpu, rate, r->seen.step_ns, &r->why);
	cpus_return(r->cpus);
	if (bad)
		lose(r, bad);
	else
		r->cpu = cpu;
}

static void gather(struct relation *r, const struct reading *raw,
		   const struct reading *mono)
{
	struct evidence *e = &r->seen;
	u64 step_ns = reading_step_ns();

	reading_costs(&e->cost, true);
	if (step_ns > e->step_ns)
		e->step_ns = step_ns;
	evidence_add(e, raw, mono);
}

/* Adopt the relation that the evidence shows. */
static void take(struct relation *r)
{
	const struct evidence *e = &r->seen;

	evidence_line(e, &r->raw);
	slewing_begin(&r->mono, e->mono, e->count, r->raw.rate);
	r->by_call = !accept_cost_narrow(&e->cost);
	r->holds = true;
	r->told = false;
	r->why.text[0] = '\0';
}

static u64 half_ns(const struct relation *r, const struct reading *reading)
{
	return reading_half_ns(reading, r->raw.rate) +
	       (r->seen.step_ns + 1) / 2;
}

/* What the brackets of a reading of MONOTONIC and of the one before it leave open. */
static u64 mono_error_ns(const struct relation *r, const struct reading *now)
{
	return 2 * (half_ns(r, now) + half_ns(r, &r->mono.readings[r->mono.count - 1]));
}

/* A hypervisor may have corrected its clock a little. */
static void learn_raw_rate(struct relation *r, const struct reading *now)
{
	s64 off = line_off_ns(&r->raw, now);
	u64 allows = line_allows_ns(&r->raw, now) + r->seen.step_ns;
	bool fits = off <= (s64)allows && -off <= (s64)allows;

	line_through(&r->raw, fits ? &r->raw.first : &r->raw.last, now);
}

static int check_raw(struct relation *r, const struct reading *now)
{
	s64 off = line_off_ns(&r->raw, now);
	s64 dt_ns = rate_ns_signed(now->tsc - r->raw.last.tsc, r->raw.rate);
	s64 allowed = line_allows_ns(&r->raw, now) + r->seen.step_ns;

	if (dt_ns <= 0)
		return problem_set(&r->why, "the TSC went back by %lld ns",
				   (long long)-dt_ns);
	allowed += rate_muldiv(dt_ns, r->seen.max_slew_ppb, PPB);
	if (off <= allowed && -off <= allowed)
		return 0;
	return problem_set(&r->why,
			   "CLOCK_MONOTONIC_RAW jumped by %lld ns against the TSC in %lld ms",
			   (long long)off, (long long)dt_ns / 1000000);
}

static int check_name(struct relation *r)
{
	char name[32];

	read_name(r, name);
	r->name_tsc = r->raw.last.tsc;
	if (!strcmp(name, r->seen.name))
		return 0;
	return problem_set(&r->why, "the host's clocksource was \"%s\" and is now \"%s\"",
			   r->seen.name, name);
}

/* Judged by the latest reading; a TSC that was set back makes it due, too. */
static bool name_is_due(const struct relation *r)
{
	return rate_ns(r->raw.last.tsc - r->name_tsc, r->raw.rate) >= NAME_NS;
}

/* Does reading take no longer than when the clocks were accepted, or than it should now? */
static bool is_narrow(const struct relation *r, const struct reading *now, struct costs *c)
{
	*c = r->seen.cost;
	c->clock = now->width;
	if (accept_cost_narrow(c))
		return true;
	reading_costs_begin(c);
	reading_costs(c, false);
	if (now->width < c->clock)
		c->clock = now->width;
	return accept_cost_narrow(c);
}

/*
 * Is reading as slow as with another counter, although the clocksource has the same
 * name?
 */
static int check_width(struct relation *r, const struct reading *now)
{
	struct costs c;

	if (r->by_call)
		return 0;
	if (is_narrow(r, now, &c)) {
		r->slow = 0;
		return 0;
	}
	if (r->slow && rate_ns(now->tsc - r->slow_tsc, r->raw.rate) < SLOW_NS)
		return 0;
	r->slow_tsc = now->tsc;
	if (++r->slow < SLOW_READINGS)
		return check_name(r);
	return problem_set(&r->why,
			   "CLOCK_MONOTONIC takes %llu ns where a reading of the TSC takes %llu: it is not read from the TSC any more",
			   (unsigned long long)rate_ns(c.clock, r->raw.rate),
			   (unsigned long long)rate_ns(c.pair, r->raw.rate));
}

/* Extrapolate: nothing better is known. */
static void extrapolate(struct relation *r, const struct reading *raw,
			const struct reading *mono, struct clock_sample *s)
{
	struct clock_sample *from = &r->from;
	s64 ticks = mono->tsc - from->tsc;
	s64 off = from->mono_ns + rate_ns_signed(ticks, from->mono_rate) - mono->ns;
	s64 jump = r->error_ns + JUMP_NS, far = jump < FAR_NS ? jump : FAR_NS;

	s->renewed = ticks < 0 || off > far || -off > far;
	if (s->renewed) {
		from->tsc = mono->tsc;
		from->mono_ns = mono->ns;
		from->raw_ns = raw->ns - rate_ns_signed(raw->tsc - mono->tsc, from->raw_rate);
		ticks = 0;
		off = 0;
		r->error_ns = 0;
	}
	off = magnitude(off) + half_ns(r, mono);
	r->error_ns = (u64)off > r->error_ns ? (u64)off : r->error_ns;
	s->tsc = mono->tsc;
	s->mono_ns = from->mono_ns + rate_ns_signed(ticks, from->mono_rate);
	s->raw_ns = from->raw_ns + rate_ns_signed(ticks, from->raw_rate);
	s->mono_rate = from->mono_rate;
	s->change_ppb = from->change_ppb;
	s->raw_rate = from->raw_rate;
	s->half_ns = r->error_ns;
	s->problem = r->why.text;
}

static void follow(struct relation *r, const struct reading *raw,
		   const struct reading *mono, struct clock_sample *s)
{
	s->tsc = mono->tsc;
	s->mono_ns = mono->ns + r->seen.step_ns / 2;
	s->mono_rate = r->mono.rate;
	s->change_ppb = slewing_change_ppb(&r->mono, r->raw.rate);
	s->slewed = r->mono.changed;
	s->raw_rate = r->raw.rate;
	s->raw_ns = raw->ns + r->seen.step_ns / 2 -
		    rate_ns_signed(raw->tsc - mono->tsc, r->raw.rate);
	s->half_ns = half_ns(r, mono);
	r->from = *s;
	r->error_ns = s->half_ns;
}

/* Pages are made for a TSC of one frequency. */
static int check_rate(struct relation *r, struct problem *why)
{
	struct line line;
	s64 off_ppb;

	evidence_line(&r->seen, &line);
	off_ppb = rate_diff_ppb(line.rate, r->raw.rate);
	if (off_ppb <= RATE_CHANGE_PPB && off_ppb >= -RATE_CHANGE_PPB)
		return 0;
	problem_set(why,
		    "the TSC counts %.3f MHz, and counted %.3f when hostclockd was started: start it again",
		    1e3 * RATE_ONE / line.rate, 1e3 * RATE_ONE / r->raw.rate);
	if (!r->told)
		say("%s", why->text);
	r->told = true;
	return -1;
}

/* Return: whether the clocks are a function of the TSC again. */
static bool regain(struct relation *r, const struct reading *raw,
		   const struct reading *mono)
{
	struct problem why;

	gather(r, raw, mono);
	if (!evidence_suffices(&r->seen))
		return false;
	if (accept_judge(&r->seen, &why) || check_rate(r, &why)) {
		r->why = why;
		/*
		 * A permanent error keeps failing the judgement; a single jump ages
		 * out of the evidence.
		 */
		if (r->seen.count > 2 * ACCEPT_LEAST)
			judge_anew(r);
		return false;
	}
	take(r);
	say("the host's clocks are a function of the TSC again, clocksource \"%s\"",
	    r->seen.name);
	return true;
}

/**
 * relation_poll - the clocks around now
 * @r: the relation
 * @s: tsc to half_ns, renewed and problem are set
 */
void relation_poll(struct relation *r, struct clock_sample *s)
{
	struct reading mono, raw;
	u64 error_ns = 0;
	int bad;

	bad = !r->holds || name_is_due(r) ? check_name(r) : 0;
	if (bad)
		lose(r, bad);
	r->polls++;
	mono = reading_take(CLOCK_MONOTONIC);
	raw = read_raw();
	if (r->holds) {
		error_ns = mono_error_ns(r, &mono);
		bad = check_raw(r, &raw);
		bad = bad ? bad : slewing_check(&r->mono, &mono, error_ns, r->raw.rate, &r->why);
		bad = bad ? bad : check_width(r, &mono);
		if (bad)
			lose(r, bad);
	}
	visit_next(r);
	if (r->holds) {
		learn_raw_rate(r, &raw);
		slewing_learn(&r->mono, &mono, error_ns, r->raw.rate);
	} else if (regain(r, &raw, &mono)) {
		s->renewed = true;
	}
	if (r->holds)
		follow(r, &raw, &mono, s);
	else
		extrapolate(r, &raw, &mono, s);
}

/* The readings at the start. */
static void gather_all(struct relation *r)
{
	struct timespec pause = { .tv_nsec = OPEN_PAUSE_NS };
	struct reading raw, mono;
	int i;

	judge_anew(r);
	for (i = 0; i < OPEN_LOOKS; i++) {
		if (i)
			nanosleep(&pause, NULL);
		raw = read_raw();
		mono = reading_take(CLOCK_MONOTONIC);
		gather(r, &raw, &mono);
	}
}

/*
 * A simulated clock needs nothing but the TSC's rate, and that can be had by any
 * clock, between two of its steps.
 */
static int take_any(struct relation *r, struct problem *why)
{
	struct timespec pause = { .tv_nsec = ACCEPT_SPAN_NS };
	struct reading first, last;

	if (!reading_change(CLOCK_MONOTONIC_RAW, CHANGE_NS, &first))
		return problem_set(why, "CLOCK_MONOTONIC_RAW stands still");
	nanosleep(&pause, NULL);
	if (!reading_change(CLOCK_MONOTONIC_RAW, CHANGE_NS, &last))
		return problem_set(why, "CLOCK_MONOTONIC_RAW stands still");
	if ((s64)(last.tsc - first.tsc) <= 0)
		return problem_set(why,
				   "the TSC went from %llu to %llu: it cannot be used, not for a simulated clock either",
				   (unsigned long long)first.tsc, (unsigned long long)last.tsc);
	line_through(&r->raw, &first, &last);
	r->from = (struct clock_sample) {
		.tsc = last.tsc,
		.mono_ns = reading_ns(CLOCK_MONOTONIC),
		.raw_ns = last.ns,
		.mono_rate = r->raw.rate,
		.raw_rate = r->raw.rate,
		.change_ppb = r->mono.max_ppb,
	};
	return 0;
}

/*
 * Soon after boot the kernel measures the TSC's frequency once more, and by some ppm another
 * one is MONOTONIC_RAW's and KVM's from then on.  That is over within 2 s of the first try.
 */
static void await_calibration(const struct relation *r)
{
	struct timespec pause = { .tv_nsec = CALIBRATION_PAUSE_NS };
	char name[32];
	int i;

	for (i = 0; i < CALIBRATION_LOOKS; i++) {
		read_name(r, name);
		if (strcmp(name, UNCALIBRATED))
			return;
		nanosleep(&pause, NULL);
	}
}

/**
 * relation_open - learn the relation
 * @r: to be filled in
 * @max_slew_ppb: how fast MONOTONIC may be slewed
 * @any: accept any clock and any TSC
 * @why: why the clocks are no function of the TSC, if they are not
 *
 * Takes ACCEPT_SPAN_NS, to learn the TSC's rate: 20 ns in 200 ms are 100 ppb; and up to 5 s
 * if the kernel has only just been booted.
 *
 * Return: 0 or -1.
 */
int relation_open(struct relation *r, u64 max_slew_ppb, bool any,
		  struct problem *why)
{
	struct clock_sample unused = { 0 };
	int i, bad = -1;

	memset(r, 0, sizeof(*r));
	r->cpu = -1;
	r->name_fd = open(CLOCKSOURCE, O_RDONLY | O_CLOEXEC);
	r->cpus = cpus_open();
	r->seen.max_slew_ppb = max_slew_ppb;
	r->mono.max_ppb = max_slew_ppb;
	if (!any)
		await_calibration(r);
	for (i = 0; bad && i < OPEN_TRIES; i++) {
		gather_all(r);
		bad = accept_judge(&r->seen, why);
		if (any)
			break;
		if (bad)
			continue;
		take(r);
		bad = visit_all(r->cpus, &r->cpu, r->raw.rate, r->seen.step_ns, why);
	}
	if (!bad) {
		const struct evidence *e = &r->seen;

		take(r);
		follow(r, &e->raw[e->count - 1], &e->mono[e->count - 1], &unused);
		return 0;
	}
	r->holds = false;
	if (any) {
		r->why = *why;
		return take_any(r, why);
	}
	return -1;
}

void relation_close(struct relation *r)
{
	cpus_close(r->cpus);
	if (r->name_fd >= 0)
		close(r->name_fd);
}
