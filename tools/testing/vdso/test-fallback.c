// SPDX-License-Identifier: GPL-2.0
/*
 * What the image does where something is unusual, case by case: it asks the
 * kernel (the model says so too), takes the other set, or goes again; and it
 * looks at the counter as often as it must and no more.
 */
#include <string.h>

#include <hostclock/writer.h>

#include "test.h"

/* A counter that looks back: every sample calls ON_SAMPLE, and is counted. */
struct counter {
	struct guest *g;
	u64 tsc;
	unsigned int samples;
	void (*on_sample)(struct counter *c);
};

static u64 sample(void *data)
{
	struct counter *c = data;

	c->samples++;
	if (c->on_sample)
		c->on_sample(c);
	return c->tsc;
}

/* One read whose looks at the counter go through sample(). */
static struct reading read_with(struct guest *g, clockid_t id, struct counter *c)
{
	struct reading r;

	intercept_tsc(sample, c);
	r = guest_read(g, id);
	intercept_tsc(NULL, NULL);
	return r;
}

/* A counter value a second after the newest set of guest_reset() begins. */
static u64 usual_tsc(const struct guest *g)
{
	return le64toh(g->v.cp->params[1].cycle_last) + g->accepted.tsc_offset +
	       2600000000ULL;
}

/* One just before it, by less than CPUs' counters may differ. */
static u64 early_tsc(const struct guest *g)
{
	return usual_tsc(g) - 2600000000ULL - HOSTCLOCK_MAX_CPU_SKEW / 2;
}

static const char *expect(struct guest *g, struct counter *c, bool syscall)
{
	for (int i = 0; i < GUEST_CLOCKS; i++) {
		clockid_t id = guest_clocks[i];
		struct reading r;
		const char *why;

		r = read_with(g, id, c);
		if (r.syscall != syscall)
			return failure("%s %s", guest_clock_name(id), r.syscall ?
				       "made a system call" :
				       "was answered without the kernel");
		why = check_reading(g, id, c->tsc, &r);
		if (why)
			return why;
	}
	return NULL;
}

static const char *expect_syscall(struct guest *g)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) };

	return expect(g, &c, true);
}

static const char *usual(struct guest *g)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) };
	const char *why = expect(g, &c, false);

	if (!why && c.samples != GUEST_CLOCKS)
		return failure("%u looks at the counter for %d reads", c.samples,
			       GUEST_CLOCKS);
	return why;
}

static const char *clock_epoch(struct guest *g)
{
	g->v.cp->params[1].epoch = htole64(0x1112);
	return expect_syscall(g);
}

static const char *guest_epoch(struct guest *g)
{
	g->v.gp->epoch = htole64(0x2223);
	return expect_syscall(g);
}

/* Nothing valid on either side must not count as agreement. */
static const char *no_epoch(struct guest *g)
{
	g->v.cp->params[1].epoch = 0;
	g->v.gp->epoch = 0;
	return expect_syscall(g);
}

static const char *empty_pages(struct guest *g)
{
	memset(g->v.cp, 0, sizeof(*g->v.cp));
	memset(g->v.gp, 0, sizeof(*g->v.gp));
	return expect_syscall(g);
}

static const char *out_of_range(struct guest *g)
{
	g->accepted.mono_offset = 1ULL << 63;
	g->accepted.raw_offset = 1ULL << 63;
	guest_update(g);
	return expect_syscall(g);
}

/* The page is ns ahead of what the kernel would have said after PASSED counts. */
#define PASSED		10400000	/* a tick of 4 ms */

static const char *at_distance(struct guest *g, s64 ns, bool syscall)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) };

	for (int which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++) {
		g->tk.base[which] = guest_base(g, which, c.tsc, PASSED);
		g->tk.base[which].ns -= ns;
	}
	guest_update(g);
	return expect(g, &c, syscall);
}

#define DISTANCE_NS	HOSTCLOCK_VDSO_SLACK_NS

static const char *ahead(struct guest *g)
{
	const char *why = at_distance(g, DISTANCE_NS, false);

	return why ? why : at_distance(g, DISTANCE_NS + 1, true);
}

static const char *behind(struct guest *g)
{
	const char *why = at_distance(g, -DISTANCE_NS, false);

	return why ? why : at_distance(g, -DISTANCE_NS - 1, true);
}

/* So long after the last update that the product would wrap. */
static const char *long_after(struct guest *g)
{
	struct counter c = { .g = g, .tsc = g->tk.base[0].tsc + (1ULL << 32) - 1 };
	const char *why = expect(g, &c, false);

	c.tsc++;
	return why ? why : expect(g, &c, true);
}

/* On a CPU whose counter is further behind than it may be. */
static const char *before_line(struct guest *g)
{
	struct counter c = { .g = g, .tsc = g->tk.base[0].tsc - 1 };

	return expect(g, &c, true);
}

/*
 * A set that changes the rate by so many millionths, begun 4 ms ago, with the
 * kernel's last update just before it.
 */
static const char *rate_changed(struct guest *g, s32 ppm, bool syscall)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) };
	struct hostclock_params *p = &g->v.cp->params[1];
	u64 mono, raw;

	guest_reset(g);
	for (int which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		g->tk.base[which] = guest_base(g, which, c.tsc - PASSED, 0);
	guest_update(g);
	/* the bases move on to where the update was, then the rate changes */
	p->cycle_last = htole64(c.tsc - PASSED - g->accepted.tsc_offset);
	mono = g->tk.base[HOSTCLOCK_MONO].ns - g->accepted.mono_offset;
	raw = g->tk.base[HOSTCLOCK_RAW].ns - g->accepted.raw_offset;
	p->mono_sec = htole64(mono / HOSTCLOCK_NSEC_PER_SEC);
	p->mono_snsec = htole64(mono % HOSTCLOCK_NSEC_PER_SEC << 24);
	p->raw_sec = htole64(raw / HOSTCLOCK_NSEC_PER_SEC);
	p->raw_snsec = htole64(raw % HOSTCLOCK_NSEC_PER_SEC << 24);
	p->mult = htole32(le32toh(p->mult) + (s64)le32toh(p->mult) * ppm / 1000000);
	p->raw_mult = htole32(le32toh(p->raw_mult) +
			      (s64)le32toh(p->raw_mult) * ppm / 1000000);
	return expect(g, &c, syscall);
}

/* 2048 ns of 4 ms are 512 ppm. */
static const char *slewed(struct guest *g)
{
	const char *why = rate_changed(g, 511, false);

	if (!why)
		why = rate_changed(g, 513, true);
	if (!why)
		why = rate_changed(g, -511, false);
	return why ? why : rate_changed(g, -513, true);
}

/* Anything in the clock page's set before the newest: used, and right. */
static const char *previous_set(struct guest *g)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) - 3120000000ULL };

	return expect(g, &c, false);
}

/* The set before is of another epoch: the newest one's says who is right. */
static const char *previous_epoch(struct guest *g)
{
	g->v.cp->params[0].epoch = htole64(0x1110);
	return previous_set(g);
}

/* It is being overwritten: the newest set's base it is, whatever it holds. */
static const char *previous_odd(struct guest *g)
{
	/* by less than the vDSO's slack */
	struct counter c = { .g = g, .tsc = usual_tsc(g) - 2600000000ULL - 2600 };

	g->v.cp->seq = htole32(3);
	memset(&g->v.cp->params[0], 0xa5, sizeof(g->v.cp->params[0]));
	return expect(g, &c, false);
}

/* A counter that stood still while the VM was stopped: not the base, that is. */
static const char *before_both(struct guest *g)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) - 3120000000ULL };

	g->v.cp->params[0].cycle_last = g->v.cp->params[1].cycle_last;
	return expect(g, &c, true);
}

/* A writer that died at work: the newest set is as good as ever. */
static const char *seq_odd(struct guest *g)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) };

	g->v.cp->seq = htole32(3);
	memset(&g->v.cp->params[0], 0xa5, sizeof(g->v.cp->params[0]));
	return expect(g, &c, false);
}

static const char *seq_wraps(struct guest *g)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g) };

	/* n = 2^31 - 1 is odd, as 1 is; then 0 */
	g->v.cp->seq = htole32(~0U - 1);
	if (expect(g, &c, false))
		return "before it does";
	hostclock_page_claim(g->v.cp);
	g->v.cp->params[0] = g->v.cp->params[1];
	hostclock_page_publish(g->v.cp);
	if (g->v.cp->seq)
		return failure("seq is %u", le32toh(g->v.cp->seq));
	return expect(g, &c, false);
}

/* Publishes a new set, with other clocks; leaves the one before whole. */
static void publish(struct counter *c)
{
	struct hostclock_clock_page *cp = c->g->v.cp;
	const struct hostclock_params *last =
		hostclock_newest(cp, le32toh(cp->seq));
	struct hostclock_params *p = hostclock_page_claim(cp);

	*p = *last;
	/* by what the kernel's base allows */
	p->mono_snsec = htole64(le64toh(p->mono_snsec) + (200ULL << 24));
	p->raw_snsec = htole64(le64toh(p->raw_snsec) + (200ULL << 24));
	hostclock_page_publish(cp);
}

/* Begins to overwrite the set before the newest. */
static void claim(struct counter *c)
{
	struct hostclock_params *p = hostclock_page_claim(c->g->v.cp);

	memset(p, 0x5a, sizeof(*p));
}

static void publish_once(struct counter *c)
{
	publish(c);
	c->on_sample = NULL;
}

static void publish_and_claim(struct counter *c)
{
	publish(c);
	claim(c);
	c->on_sample = NULL;
}

/* One read, with c->on_sample called at its look at the counter, as the model. */
static const char *read_sampled(struct guest *g, clockid_t id, struct counter *c,
				struct reading *r)
{
	guest_reset(g);
	c->tsc = usual_tsc(g);
	*r = read_with(g, id, c);
	return check_reading(g, id, c->tsc, r);
}

/* One read of each clock; it must take two looks at the counter. */
static const char *second_try(struct guest *g,
			      void (*on_sample)(struct counter *c))
{
	for (int i = 0; i < GUEST_CLOCKS; i++) {
		struct counter c = { .g = g, .on_sample = on_sample };
		clockid_t id = guest_clocks[i];
		struct reading r;
		const char *why;

		why = read_sampled(g, id, &c, &r);
		if (why)
			return why;
		if (r.syscall || c.samples != 2)
			return failure("%s after %u looks at the counter",
				       r.syscall ? "a system call" : "a time",
				       c.samples);
	}
	return NULL;
}

static const char *overtaken(struct guest *g)
{
	return second_try(g, publish_once);
}

static const char *overtaken_twice(struct guest *g)
{
	return second_try(g, publish_and_claim);
}

/* An update merely begun is no business of who reads the newest set. */
static const char *newest_claimed(struct guest *g)
{
	struct counter c = { .g = g, .tsc = usual_tsc(g), .on_sample = claim };
	const char *why = expect(g, &c, false);

	if (!why && c.samples != GUEST_CLOCKS)
		return failure("%u looks at the counter for %d reads", c.samples,
			       GUEST_CLOCKS);
	return why;
}

static const char *always_overtaken(struct guest *g)
{
	struct counter c = { .g = g, .on_sample = publish };
	struct reading r;

	c.tsc = usual_tsc(g);
	r = read_with(g, CLOCK_MONOTONIC, &c);
	if (!r.syscall || c.samples != HOSTCLOCK_MAX_TRIES)
		return failure("%s after %u tries, must be a system call after %u",
			       r.syscall ? "a system call" : "a time", c.samples,
			       HOSTCLOCK_MAX_TRIES);
	return NULL;
}

/*
 * The first look is for the newest set; the set before it takes a second, and
 * then is half overwritten.
 */
static void claim_second(struct counter *c)
{
	struct hostclock_params *p;

	if (c->samples != 2)
		return;
	p = hostclock_page_claim(c->g->v.cp);
	p->mono_sec = htole64(1);
	p->raw_sec = htole64(1);
}

static const char *previous_claimed(struct guest *g)
{
	struct counter c = { .g = g, .on_sample = claim_second };
	struct reading r;

	c.tsc = early_tsc(g);
	r = read_with(g, CLOCK_MONOTONIC, &c);
	if (c.samples != 3)
		return failure("%u looks at the counter", c.samples);
	return check_reading(g, CLOCK_MONOTONIC, c.tsc, &r);
}

/* The kernel accepts another epoch in the middle of a read. */
static void reanchor(struct counter *c)
{
	struct guest *g = c->g;

	c->on_sample = NULL;
	g->v.gp->epoch = htole64(0x3333);
	g->accepted.guest_epoch = 0x3333;
	g->accepted.mono_offset += 5000000000;
	g->accepted.raw_offset += 5000000000;
	g->tk.base[HOSTCLOCK_MONO].ns += 5000000000;
	g->tk.base[HOSTCLOCK_RAW].ns += 5000000000;
	g->tk.real_sec += 3600;
	guest_update(g);
}

static const char *reanchored(struct guest *g)
{
	for (int i = 0; i < GUEST_CLOCKS; i++) {
		struct counter c = { .g = g, .on_sample = reanchor };
		clockid_t id = guest_clocks[i];
		struct reading r;
		const char *why;

		why = read_sampled(g, id, &c, &r);
		if (why)
			return why;
	}
	return NULL;
}

const struct test fallback_tests[] = {
	{ "plain read looks at the counter once", usual },
	{ "other clock epoch: system call", clock_epoch },
	{ "other guest epoch: system call", guest_epoch },
	{ "epochs zero: system call", no_epoch },
	{ "empty pages: system call", empty_pages },
	{ "counter beyond 63 bits: system call", out_of_range },
	{ "ahead of the kernel by more than 2048 ns: system call", ahead },
	{ "behind the kernel by more than 2048 ns: system call", behind },
	{ "rate changed by more than 512 ppm: system call", slewed },
	{ "2^32 counts after the kernel's update: system call", long_after },
	{ "before the kernel's update: system call", before_line },
	{ "before the newest set: the one before", previous_set },
	{ "before the newest set, epoch changed: the one before", previous_epoch },
	{ "before the newest set, the other in work: its base", previous_odd },
	{ "before both sets: system call", before_both },
	{ "writer died at work: newest set", seq_odd },
	{ "sequence count wraps", seq_wraps },
	{ "update completed during a read: read again", overtaken },
	{ "update completed, another begun: read again", overtaken_twice },
	{ "update begun during a read: not read again", newest_claimed },
	{ "update during every try: system call, bounded", always_overtaken },
	{ "set before the newest claimed during a read: read again",
	  previous_claimed },
	{ "kernel accepts another epoch during a read", reanchored },
	{ NULL, NULL }
};
