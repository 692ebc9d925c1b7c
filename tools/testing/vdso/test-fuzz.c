// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that no honest host would write: the image neither faults nor hangs,
 * and gives what the model gives; time may be wrong, and nothing else.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

/* The longest that one read may take, in ticks: 40 ms at 2.6 GHz for a busy machine. */
#define LIMIT	100000000ULL

static u64 rng;

/* Values that hurt. */
static u64 nasty(void)
{
	static const u64 values[] = {
		0, 1, 2, 31, 32, 33, 63, 64, 0x7fffffff, 0x80000000, 0xffffffff,
		1000000000, 1ULL << 32, 1ULL << 50, 1ULL << 61, 1ULL << 62,
		~0ULL >> 1, 1ULL << 63, ~0ULL - 1, ~0ULL,
	};

	return values[random_below(&rng, sizeof(values) / sizeof(*values))];
}

static void mutate(void *page, size_t len)
{
	u64 value = random_below(&rng, 2) ? nasty() : random_sized(&rng);
	size_t size = random_below(&rng, 2) ? 4 : 8;

	memcpy((u8 *)page + random_below(&rng, len / size) * size, &value, size);
}

/* As the guest would have it, but for some fields; sometimes all of them. */
static void hostile(struct guest *g)
{
	struct hostclock_clock_page *cp = g->v.cp;
	u64 *word = (u64 *)cp;

	if (!random_below(&rng, 32))
		for (size_t i = 0; i < sizeof(*cp) / sizeof(*word); i++)
			word[i] = random_below(&rng, 2) ? nasty() :
							  random_u64(&rng);
	for (u64 n = random_below(&rng, 4); n; n--)
		mutate(cp->params, sizeof(cp->params));
	if (!random_below(&rng, 4))
		cp->seq = random_u64(&rng);
	if (!random_below(&rng, 16))
		g->v.gp->epoch = nasty();
	/* Half of the time the epochs fit, or little else would be reached. */
	if (random_below(&rng, 2)) {
		cp->params[0].epoch = htole64(g->accepted.clock_epoch);
		cp->params[1].epoch = htole64(g->accepted.clock_epoch);
		g->v.gp->epoch = htole64(g->accepted.guest_epoch);
	}
}

static const char *timed_read(struct guest *g, clockid_t id, struct reading *r)
{
	u64 start, took = 0;

	/* Preempted is not slow: only three times in a row is. */
	for (int i = 0; i < 3; i++) {
		intercept_tsc(NULL, NULL);
		start = hostclock_rdtsc();
		*r = guest_read(g, id);
		took = hostclock_rdtsc() - start;
		if (took < LIMIT)
			return NULL;
	}
	return failure("%s took %llu ticks", guest_clock_name(id),
		       (unsigned long long)took);
}

static const char *mutants(struct guest *g)
{
	const struct hostclock_clock_page cp = *g->v.cp;
	u64 tsc = le64toh(cp.params[1].cycle_last) + g->accepted.tsc_offset;
	const char *why = NULL;

	rng = options.seed + 5;
	for (u64 i = 0; i < options.mutants && !why; i++) {
		clockid_t id = guest_clocks[i % GUEST_CLOCKS];
		u64 at = random_below(&rng, 2) ? tsc + random_below(&rng, 1 << 30) :
						 random_u64(&rng);
		struct reading r;

		*g->v.cp = cp;
		hostile(g);
		/* every 16th with the processor's counter, for its duration */
		if (i % 16 == 0)
			why = timed_read(g, id, &r);
		intercept_tsc_value(&at);
		r = guest_read(g, id);
		if (!why)
			why = check_reading(g, id, at, &r);
	}
	return why;
}

static bool stop;

/*
 * Anything anywhere, but three times out of four what stood there at first: a
 * read is answered only if it comes near the kernel's last update, which takes
 * all of the set to fit.
 */
static void scribble(struct hostclock_params *p,
		     const struct hostclock_params *first, u64 *state)
{
	size_t at = random_below(state, sizeof(*p) / 8) * 8;
	u64 value = random_sized(state);

	if (random_below(state, 4))
		memcpy(&value, (const u8 *)first + at, sizeof(value));

	if (at != offsetof(struct hostclock_params, epoch))
		WRITE_ONCE(*(u64 *)((u8 *)p + at), value);
}

static void *scribbler(void *arg)
{
	struct guest *g = arg;
	struct hostclock_params first[2];
	u64 state = options.seed + 6;

	memcpy(first, g->v.cp->params, sizeof(first));
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		size_t set = random_below(&state, 2);

		scribble(&g->v.cp->params[set], &first[set], &state);
		if (!random_below(&state, 4))
			WRITE_ONCE(g->v.cp->seq, (u32)random_below(&state, 8));
	}
	return arg;
}

/* The kernel's update, by the page as it was accepted. */
static void tick(struct guest *g, struct hostclock_clock_page *first)
{
	struct guest accepted = *g;
	u64 tsc = hostclock_rdtsc();

	accepted.v.cp = first;
	for (int which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		g->tk.base[which] = guest_base(&accepted, which, tsc,
					       HOSTCLOCK_MAX_CPU_SKEW);
	guest_update(g);
}

static const char *scribbled(struct guest *g)
{
	u64 usual = le64toh(g->v.cp->params[1].cycle_last) + g->accepted.tsc_offset;
	u64 times = 0, n = options.mutants;
	struct hostclock_clock_page first;
	const char *why = NULL;
	pthread_t thread;

	/* as if this CPU's counter were at what is usual for the page */
	g->accepted.tsc_offset += hostclock_rdtsc() - usual;
	first = *g->v.cp;
	stop = false;
	if (pthread_create(&thread, NULL, scribbler, g))
		err(1, "pthread_create");
	for (u64 i = 0; i < n && !why; i++) {
		clockid_t id = guest_clocks[i % GUEST_CLOCKS];
		struct reading r;

		if (i % 256 == 0)
			tick(g, &first);
		why = timed_read(g, id, &r);
		times += !r.syscall;
		if (!why && !r.syscall &&
		    (u64)r.nsec >= HOSTCLOCK_NSEC_PER_SEC)
			why = failure("%s gives %lld ns", guest_clock_name(id),
				      (long long)r.nsec);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("# %llu reads, %llu times\n", (unsigned long long)n,
	       (unsigned long long)times);
	if (!why && times < n / 1000)
		return "hardly any read was answered, see the figures above";
	return why;
}

const struct test fuzz_tests[] = {
	{ "mutated pages: as the model, bounded in time", mutants },
	{ "pages scribbled on during reads: no fault, bounded", scribbled },
	{ NULL, NULL }
};
