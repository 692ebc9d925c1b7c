// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's clocks are a function of the TSC if
 * - what reading one takes leaves no room for another counter.  A TSC, and what
 *   hypervisors make of one (kvm-clock, the Hyper-V page), is read without a
 *   system call, in about the time of another reading of the TSC.  hpet and
 *   acpi_pm take a system call and an access to a device: ten to a hundred times
 *   that, on hardware, under KVM and under emulation;
 * - MONOTONIC_RAW, which is never slewed, lies on a straight line, as far as the
 *   brackets tell.  jiffies do not, nor does a TSC that does not hold still;
 * - all CPUs' readings lie on that line, in order.
 * Nothing is measured here.
 */
#include <stdio.h>
#include <string.h>

#include "accept.h"
#include "base/rate.h"

/*
 * Readings of the TSC for which there may be room in that of a clock, beyond
 * what a clock without a counter takes: 0.8 to 1.2 for the TSC and kvm-clock, and up to
 * 5.4 for the latter on an emulated host that is busy; 12 at least for others.
 */
#define COUNTER_PAIRS	8
/* The same within the kernel, where the vDSO is off; less exact. */
#define CALL_PAIRS	3
/* TSCs of any use, and some more: 100 MHz to 20 GHz. */
#define RATE_MAX	(10 * RATE_ONE)
#define RATE_MIN	(RATE_ONE / 20)
/* Longer steps than the Hyper-V page's 100 ns are no clock's that counts the TSC. */
#define STEP_MAX_NS	200
/* To what the TSC's rate is known at least, from 0.1 s between narrow readings. */
#define RATE_ERROR_PPB	1000
/* adjtimex() can set the clock's rate by 10 % and 1000 ppm; and some more. */
#define SLEW_MAX_PPB	110000000ULL

static const char advice[] =
	"See dmesg for why the kernel gave the TSC up; boot with tsc=reliable if it is good";

/* The error of a reading. */
u64 reading_half_ns(const struct reading *r, u64 rate)
{
	return rate_ns(r->width, rate) / 2 + ROUNDING_NS;
}

void line_through(struct line *line, const struct reading *first,
		  const struct reading *last)
{
	line->first = *first;
	line->last = *last;
	line->rate = rate_of(last->ns - first->ns, last->tsc - first->tsc);
}

/* How far a reading is above the line. */
s64 line_off_ns(const struct line *line, const struct reading *r)
{
	return r->ns - line->last.ns -
	       rate_ns_signed(r->tsc - line->last.tsc, line->rate);
}

/* And how far it may be for its bracket and the line's. */
u64 line_allows_ns(const struct line *line, const struct reading *r)
{
	u64 first = reading_half_ns(&line->first, line->rate);
	u64 last = reading_half_ns(&line->last, line->rate);
	u64 allows = reading_half_ns(r, line->rate) + (first > last ? first : last);
	s64 beyond = r->tsc - line->last.tsc;

	if (beyond > 0)
		allows += rate_muldiv(beyond, first + last,
				      line->last.tsc - line->first.tsc);
	return allows;
}

void evidence_begin(struct evidence *e, const char *name, u64 max_slew_ppb)
{
	memset(e, 0, sizeof(*e));
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->max_slew_ppb = max_slew_ppb;
	memset(&e->cost, 0xff, sizeof(e->cost));
}

/* The oldest reading makes room. */
void evidence_add(struct evidence *e, const struct reading *raw,
		  const struct reading *mono)
{
	if (e->count == ACCEPT_READINGS) {
		e->count--;
		memmove(e->raw, e->raw + 1, e->count * sizeof(e->raw[0]));
		memmove(e->mono, e->mono + 1, e->count * sizeof(e->mono[0]));
	}
	e->raw[e->count] = *raw;
	e->mono[e->count++] = *mono;
}

/* MONOTONIC_RAW's line; there must be two readings. */
void evidence_line(const struct evidence *e, struct line *line)
{
	line_through(line, &e->raw[0], &e->raw[e->count - 1]);
}

/*
 * Is there enough to judge?  Time by the clock itself: one that does not move
 * is no clock at all, and one that jumps is found out soon.
 */
bool evidence_suffices(const struct evidence *e)
{
	return e->count >= ACCEPT_LEAST &&
	       e->raw[e->count - 1].ns - e->raw[0].ns >= ACCEPT_SPAN_NS;
}

/* What a difference of costs is in ns, or 0 if there is none. */
static u64 difference_ns(u64 more, u64 less, u64 rate)
{
	return more > less ? rate_ns(more - less, rate) : 0;
}

/* Is a clock read without a system call, and just by the TSC? */
bool accept_cost_narrow(const struct costs *c)
{
	return c->clock <= c->coarse + COUNTER_PAIRS * c->pair;
}

/*
 * Without a vDSO every clock takes a system call.  What its counter takes is then
 * the difference to a clock without one, which does not tell a TSC from a device that
 * an emulator answers for at once; so the name counts as well.
 */
static bool cost_by_call(const struct evidence *e)
{
	static const char * const others[] = { "hpet", "acpi_pm", "jiffies",
					       "refined-jiffies", "pit" };
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!strcmp(e->name, others[i]))
			return false;
	}
	return e->cost.call <= e->cost.call_coarse + CALL_PAIRS * e->cost.pair;
}

struct worst {
	u64 off_ns;
	u64 allowed_ns;
};

/* The reading that is farthest beyond what brackets and steps explain. */
static struct worst worst_of_line(const struct evidence *e,
				  const struct line *line)
{
	struct worst worst = { 0 };
	u64 off, allowed;
	unsigned int i;

	for (i = 0; i < e->count; i++) {
		off = magnitude(line_off_ns(line, &e->raw[i]));
		allowed = line_allows_ns(line, &e->raw[i]) + e->step_ns;
		if (!i || (s64)(off - allowed) > (s64)(worst.off_ns - worst.allowed_ns))
			worst = (struct worst){ off, allowed };
	}
	return worst;
}

static int judge_rate(const struct evidence *e, const struct line *line,
		      struct problem *why)
{
	unsigned int i;

	for (i = 1; i < e->count; i++) {
		if ((s64)(e->raw[i].tsc - e->raw[i - 1].tsc) <= 0)
			return problem_set(why,
					   "the TSC went back by %llu ticks between two readings: it is no clock. %s",
					   (unsigned long long)(e->raw[i - 1].tsc - e->raw[i].tsc),
					   advice);
	}
	if (line->rate >= RATE_MIN && line->rate <= RATE_MAX)
		return 0;
	return problem_set(why,
			   "the TSC counts one tick in %.3f ns of CLOCK_MONOTONIC_RAW (clocksource \"%s\"), which is beyond 0.05 to 10 ns: one of them is wrong. %s",
			   (double)line->rate / RATE_ONE, e->name, advice);
}

static int judge_cost(const struct evidence *e, const struct line *line,
		      struct problem *why)
{
	const struct costs *c = &e->cost;
	struct worst worst;

	if (accept_cost_narrow(c) || cost_by_call(e))
		return 0;
	worst = worst_of_line(e, line);
	return problem_set(why,
			   "the host's clocksource \"%s\" is not read from the TSC: CLOCK_MONOTONIC takes %llu ns, %llu more than without a counter, where a reading of the TSC takes %llu; it is known to %llu ns only (off a line of the TSC by %llu). Its clocks are no function of the TSC, so no page can tell them. %s",
			   e->name, (unsigned long long)rate_ns(c->clock, line->rate),
			   (unsigned long long)difference_ns(c->clock, c->coarse, line->rate),
			   (unsigned long long)rate_ns(c->pair, line->rate),
			   (unsigned long long)worst.allowed_ns,
			   (unsigned long long)worst.off_ns, advice);
}

static int judge_line(const struct evidence *e, const struct line *line,
		      struct problem *why)
{
	struct worst worst = worst_of_line(e, line);

	if (e->step_ns > STEP_MAX_NS)
		return problem_set(why,
				   "the host's clocksource \"%s\" moves in steps of %llu ns, which no clock does that counts the TSC. %s",
				   e->name, (unsigned long long)e->step_ns, advice);
	if (worst.off_ns <= worst.allowed_ns)
		return 0;
	return problem_set(why,
			   "the host's clocksource \"%s\" is off a straight line of the TSC by %llu ns, where the measurement leaves %llu open: its clocks are no function of the TSC, or the TSC does not hold still. %s",
			   e->name, (unsigned long long)worst.off_ns,
			   (unsigned long long)worst.allowed_ns, advice);
}

/* MONOTONIC may be slewed, but does not jump. */
static int judge_mono(const struct evidence *e, const struct line *line,
		      struct problem *why)
{
	u64 limit_ppb = e->max_slew_ppb > SLEW_MAX_PPB ? e->max_slew_ppb :
							 SLEW_MAX_PPB;
	unsigned int i;

	for (i = 1; i < e->count; i++) {
		const struct reading *a = &e->mono[i - 1], *b = &e->mono[i];
		s64 dt_ns = rate_ns_signed(b->tsc - a->tsc, line->rate);
		u64 off = magnitude((s64)(b->ns - a->ns) - dt_ns);
		u64 allowed = reading_half_ns(a, line->rate) + e->step_ns +
			      reading_half_ns(b, line->rate) +
			      rate_muldiv(magnitude(dt_ns), limit_ppb, PPB);

		if (off > allowed)
			return problem_set(why,
					   "CLOCK_MONOTONIC went %llu ns astray within %lld ns of the TSC (clocksource \"%s\"), more than any slewing does. %s",
					   (unsigned long long)off, (long long)dt_ns,
					   e->name, advice);
	}
	return 0;
}

/**
 * accept_judge - are the clocks a function of the TSC, by this evidence?
 * @e: the evidence, at least two readings
 * @why: what was measured, if they are not
 *
 * Return: 0 or -1.
 */
int accept_judge(const struct evidence *e, struct problem *why)
{
	struct line line;

	if (e->raw[e->count - 1].tsc == e->raw[0].tsc)
		return problem_set(why, "the TSC stands still, at %llu",
				   (unsigned long long)e->raw[0].tsc);
	evidence_line(e, &line);
	if (judge_rate(e, &line, why) || judge_cost(e, &line, why) ||
	    judge_line(e, &line, why) || judge_mono(e, &line, why))
		return -1;
	return 0;
}

/**
 * accept_cpu - does a CPU agree with another?
 * @here: MONOTONIC_RAW, read on the other
 * @there: read on this one, just after
 * @cpu: which one it is
 * @rate: MONOTONIC_RAW's
 * @step_ns: in what steps it moves
 * @why: by how much it is off, if it is
 *
 * If the clocksource is the TSC itself, a CPU's clock is off by as much as its TSC
 * is, and only the order of the readings tells.  That is as good as the time between
 * them, some us; the kernel, which trusts its TSC, has compared them better.
 *
 * Return: 0 or -1.
 */
int accept_cpu(const struct reading *here, const struct reading *there, int cpu,
	       u64 rate, u64 step_ns, struct problem *why)
{
	s64 ticks = there->tsc - here->tsc;
	s64 off = (s64)(there->ns - here->ns) - rate_ns_signed(ticks, rate);
	u64 allowed = reading_half_ns(here, rate) + step_ns +
		      reading_half_ns(there, rate);

	if (ticks < 0)
		return problem_set(why,
				   "CPU %d's TSC is at least %llu ns behind the others': they are no one clock. See dmesg for what the kernel says of the TSC, or keep hostclockd and the VMs off that CPU",
				   cpu, (unsigned long long)rate_ns(-(u64)ticks, rate));
	/* A busy CPU may let the process wait for long. */
	allowed += rate_muldiv(rate_ns(ticks, rate), RATE_ERROR_PPB, PPB);
	if (magnitude(off) <= allowed)
		return 0;
	return problem_set(why,
			   "CPU %d's TSC and CLOCK_MONOTONIC_RAW disagree with the other CPUs' by %lld ns, where the measurement leaves %llu open. See dmesg for what the kernel says of the TSC, or keep hostclockd and the VMs off that CPU",
			   cpu, (long long)off, (unsigned long long)allowed);
}
