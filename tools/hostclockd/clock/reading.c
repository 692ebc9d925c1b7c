// SPDX-License-Identifier: GPL-2.0
/*
 * A clock is read between two TSC readings.  The tightest of several such brackets is
 * used, and half its width bounds the measurement error.
 */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/rate.h"
#include "reading.h"

/*
 * Brackets per reading, some 60 ns each; fewer when so many in a row were not narrower than
 * those before by an eighth: the first ones are slow, as this has not run for a while.
 */
#define BRACKETS	24
#define ALIKE		4
/*
 * Fewer if they take so many ticks: a device's counter may take long to read, and
 * the pages wait.  But some, for this process may be held up during one.
 */
#define PATIENCE	500000
#define ANYWAY		3
/* Changes of a clock to choose from: one may be held up. */
#define CHANGES		8
/* Consecutive readings in which a clock that moves in steps repeats itself. */
#define STEP_READINGS	64

u64 reading_ns(clockid_t id)
{
	struct timespec ts = { 0 };

	clock_gettime(id, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static u64 bracket(clockid_t id, struct reading *r)
{
	u64 before = hostclock_rdtsc();

	r->ns = reading_ns(id);
	r->width = hostclock_rdtsc() - before;
	r->tsc = before + r->width / 2;
	return r->width;
}

static bool is_enough(int done, u64 least)
{
	return done >= BRACKETS || (done >= ANYWAY && done * least > PATIENCE);
}

/* The tightest of some brackets; the value is that of its middle. */
struct reading reading_take(clockid_t id)
{
	struct reading best = { .width = ~0ULL }, r;
	int i, alike = 0;

	for (i = 0; !is_enough(i, best.width) && alike < ALIKE; i++) {
		alike = bracket(id, &r) < best.width - best.width / 8 ? 0 : alike + 1;
		if (r.width < best.width)
			best = r;
	}
	return best;
}

static void least(u64 *best, u64 before)
{
	u64 width = hostclock_rdtsc() - before;

	if (width < *best)
		*best = width;
}

static void cost_of_call(u64 *best, clockid_t id)
{
	struct timespec ts;
	u64 before;
	int i;

	for (i = 0; !is_enough(i, *best); i++) {
		before = hostclock_rdtsc();
		syscall(SYS_clock_gettime, id, &ts);
		least(best, before);
	}
}

void reading_costs_begin(struct costs *c)
{
	memset(c, 0xff, sizeof(*c));
}

/* Lower @c to what things cost now; system calls only if asked for. */
void reading_costs(struct costs *c, bool calls)
{
	struct timespec ts;
	u64 before;
	int i;

	for (i = 0; !is_enough(i, c->clock); i++) {
		before = hostclock_rdtsc();
		least(&c->pair, before);
		before = hostclock_rdtsc();
		clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
		least(&c->coarse, before);
		before = hostclock_rdtsc();
		clock_gettime(CLOCK_MONOTONIC, &ts);
		least(&c->clock, before);
	}
	if (!calls)
		return;
	cost_of_call(&c->call_coarse, CLOCK_MONOTONIC_COARSE);
	cost_of_call(&c->call, CLOCK_MONOTONIC);
}

/*
 * The steps in which CLOCK_MONOTONIC_RAW moves, if they are longer than reading
 * it takes (Hyper-V's are 100 ns); otherwise 0.
 */
u64 reading_step_ns(void)
{
	u64 last = reading_ns(CLOCK_MONOTONIC_RAW), step = ~0ULL, ns;
	u64 begun = hostclock_rdtsc();
	bool repeats = false;
	int i;

	for (i = 0; i < STEP_READINGS && hostclock_rdtsc() - begun < PATIENCE; i++) {
		ns = reading_ns(CLOCK_MONOTONIC_RAW);
		if (ns == last)
			repeats = true;
		else if (ns - last < step)
			step = ns - last;
		last = ns;
	}
	return repeats && step != ~0ULL ? step : 0;
}

/* One change of a clock. */
static u64 change(clockid_t id, u64 limit_ns, struct reading *r)
{
	u64 last = reading_ns(id);
	u64 begun = reading_ns(CLOCK_MONOTONIC_RAW);

	do {
		bracket(id, r);
		if (r->ns != last)
			return r->ns - last;
	} while (reading_ns(CLOCK_MONOTONIC_RAW) - begun < limit_ns);
	return 0;
}

/**
 * reading_change - read a clock just when it changes
 * @id: the clock
 * @limit_ns: how long to wait for a change, by CLOCK_MONOTONIC_RAW
 * @best: the reading; of several changes the one that is known best
 *
 * For clocks that move in steps: where they are right is where they step.
 *
 * Return: by how much it changed, 0 if it did not in time.
 */
u64 reading_change(clockid_t id, u64 limit_ns, struct reading *best)
{
	struct reading r;
	u64 step_ns = 0;
	int i;

	for (i = 0; i < CHANGES; i++) {
		step_ns = change(id, limit_ns, &r);
		if (!step_ns)
			return 0;
		if (!i || r.width < best->width)
			*best = r;
	}
	return step_ns;
}
