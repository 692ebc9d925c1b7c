// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A LIVE page, interleaved by hand: before each load that a reader does, the host's
 * kernel may take any number of the steps of an update, one of which is that its own
 * readers see it. A reading of the page must not be before what they had seen when it
 * began, nor after what they have seen at its end. Every update steps the clock, so that
 * one reading by the wrong set shows.
 */
#include <hostclock/platform.h>
#include <stdio.h>
#include <string.h>

static void meddle(void);
static u64 fake_tsc(void);

#undef READ_ONCE
#define READ_ONCE(x)	(meddle(), *(const volatile __typeof__(x) *)&(x))
#define hostclock_rdtsc	fake_tsc

#include <hostclock/reader.h>
#include <hostclock/writer.h>

#define STEP_NS		1000000		/* by which an update steps the clock */
#define TICKS		1000		/* counts (ns) between two looks at the counter */
#define WORDS		(sizeof(struct hostclock_params) / sizeof(u64))
#define STEPS		(WORDS + 3)	/* claim, seen by the host, a word each, publish */
#define PLACES		48

static struct hostclock_clock_page page;
static const struct hostclock_guest_page guest = { .epoch = 1 };
static const struct hostclock_accepted accepted = { .clock_epoch = 1, .guest_epoch = 1 };

static struct {
	struct hostclock_params next;
	struct hostclock_params *to;
	u64 number;		/* of the set being written */
	u64 seen;		/* of the one that the host's readers have */
	u32 seq;
	size_t step;
	u64 now;
} writer;

static struct {
	size_t at[2];
	size_t steps[2];
	size_t loads;
	bool busy;
} plan;

static u64 value(u64 counter, u64 number)
{
	return counter + number * STEP_NS;
}

static void make_set(u64 number, u64 begun, struct hostclock_params *set)
{
	*set = (struct hostclock_params){
		.epoch = htole64(1),
		.cycle_last = htole64(begun),
		.max_cycles = htole64(1ULL << 40),
		.mult = htole32(2),
		.raw_mult = htole32(2),
		.shift = htole32(1),
		.mono_snsec = htole64(value(begun, number) << 1),
	};
}

static void write_step(void)
{
	if (writer.step == 0) {
		make_set(writer.number, hostclock_page_claim_live(&page, writer.seq),
			 &writer.next);
	} else if (writer.step == 1) {
		writer.seen = writer.number;
		writer.to = hostclock_page_claim_at(&page, writer.seq);
	} else if (writer.step < WORDS + 2) {
		((u64 *)writer.to)[writer.step - 2] = ((u64 *)&writer.next)[writer.step - 2];
	} else {
		hostclock_page_publish_at(&page, writer.seq);
		writer.seq += 2;
		writer.number++;
	}
	writer.step = (writer.step + 1) % STEPS;
}

static void meddle(void)
{
	size_t i, n;

	if (plan.busy)
		return;
	plan.busy = true;
	for (i = 0; i < 2; i++)
		for (n = 0; plan.loads == plan.at[i] && n < plan.steps[i]; n++)
			write_step();
	plan.loads++;
	plan.busy = false;
}

static u64 fake_tsc(void)
{
	if (!plan.busy)
		writer.now += TICKS;
	return writer.now;
}

static void start(u64 features)
{
	memset(&page, 0, sizeof(page));
	memset(&writer, 0, sizeof(writer));
	memset(&plan, 0, sizeof(plan));
	page.features = htole64(features);
	make_set(0, 0, &page.params[0]);
	make_set(1, 1, &page.params[1]);
	writer.seq = 2;
	page.seq = htole32(writer.seq);
	writer.number = 2;
	writer.seen = 1;
	writer.now = TICKS;
}

/* A reader of before there were LIVE pages. */
static bool old_read(u64 *ns)
{
	const struct hostclock_params *p;
	int tries = HOSTCLOCK_MAX_TRIES;
	u64 delta;
	u32 seq;

	do {
		seq = hostclock_page_begin(&page);
		p = hostclock_select(&page, seq, hostclock_rdtsc(), &delta);
		*ns = hostclock_params_ns(p, HOSTCLOCK_MONO, delta);
	} while (hostclock_select_retry(&page, seq, p) && --tries);
	return tries;
}

static bool new_read(u64 *ns)
{
	return hostclock_read(&page, &guest, &accepted, HOSTCLOCK_MONO, ns) == HOSTCLOCK_OK;
}

/* One reading; how late it may be is for the caller to say. */
static bool reads(bool (*read)(u64 *ns), bool waits, size_t *late, size_t *done)
{
	u64 before = value(writer.now, writer.seen), from = writer.now, ns;
	bool stuck;

	if (!read(&ns))
		return true;
	++*done;
	if (ns > value(writer.now, writer.seen))
		return false;
	if (ns >= before)
		return true;
	++*late;
	/* by one update at most, and only if that has not ended in all the time allowed */
	stuck = writer.step && writer.now - from > HOSTCLOCK_LIVE_WAIT;
	return ns + STEP_NS >= before && (stuck || !waits);
}

/* The page, with so many steps of an update done. */
static void begin(size_t steps)
{
	start(HOSTCLOCK_FEATURE_LIVE);
	plan.busy = true;
	while (steps--)
		write_step();
}

static void plan_for(size_t at0, size_t at1, size_t steps0, size_t steps1)
{
	plan = (typeof(plan)){ { at0, at1 }, { steps0, steps1 }, 0, false };
}

static int complain(const char *name, size_t first)
{
	return printf("not ok - %s: %zu steps, %zu before load %zu, %zu before %zu\n", name, first,
		      plan.steps[0], plan.at[0], plan.steps[1], plan.at[1]);
}

static int explore(const char *name, bool (*read)(u64 *ns), bool waits)
{
	size_t late = 0, done = 0, runs = 0, first, a, b, n, m;

	for (first = 0; first < STEPS; first += 1 + first / 2)
		for (a = 0; a < PLACES; a += 1 + a / 16)
			for (b = a; b < PLACES; b += 1 + b / 8)
				for (n = 0; n <= 2 * STEPS; n += 1 + n / 4)
					for (m = 0; m <= STEPS; m += 1 + m / 4, runs++) {
						begin(first);
						plan_for(a, b, n, m);
						if (!reads(read, waits, &late, &done))
							return complain(name, first);
					}
	if (done < runs / 2)
		return printf("not ok - %s: only %zu of %zu readings\n", name, done, runs);
	return printf("ok - %s: %zu interleavings, %zu readings, %zu late\n", name, runs, done,
		      late) < 0;
}

/* A writer that stands still: readers wait for so long, and then have the old set. */
static int stands_still(void)
{
	u64 from, ns;

	start(HOSTCLOCK_FEATURE_LIVE);
	plan.busy = true;
	write_step();
	write_step();
	plan = (typeof(plan)){ .at = { ~0UL, ~0UL } };
	from = writer.now;
	if (!new_read(&ns) || writer.now - from > HOSTCLOCK_LIVE_WAIT + 3 * TICKS ||
	    writer.now - from < HOSTCLOCK_LIVE_WAIT)
		return printf("not ok - LIVE, the writer stands still: waited %u counts\n",
			      (unsigned int)(writer.now - from));
	puts("ok - LIVE, the writer stands still: a bounded wait");
	start(0);
	plan.busy = true;
	write_step();
	plan = (typeof(plan)){ .at = { ~0UL, ~0UL } };
	from = writer.now;
	if (!new_read(&ns) || writer.now - from > TICKS)
		return printf("not ok - not LIVE, the writer stands still: looked %u times\n",
			      (unsigned int)(writer.now - from) / TICKS);
	return puts("ok - not LIVE, the writer stands still: nobody waits") < 0;
}

int main(void)
{
	int failed = explore("LIVE: readings are in the host's order", new_read, true);

	failed |= explore("LIVE, a reader that does not know: late by one update at most",
			  old_read, false);
	return !!(failed | stands_still());
}
