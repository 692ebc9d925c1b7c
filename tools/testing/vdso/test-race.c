// SPDX-License-Identifier: GPL-2.0
/*
 * The image reads while another CPU updates the pages at full speed, for real:
 * with the processor's own counter, through writer.h.
 */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <hostclock/writer.h>

#include "test.h"
#include "vdso-offsets.h"

/*
 * How far ahead sets are published here, in ticks: 5 us at 2.6 GHz.  Less than
 * the protocol asks for, to have more updates; far more than a CPU reorders.
 */
#define LEAD		13000

/* Sets kept for looking up what the time was: 0.3 s of them and more. */
#define LOG		65536

#define SHIFT		24
#define SECOND		(HOSTCLOCK_NSEC_PER_SEC << SHIFT)

/* One set as published: what the counters are, as functions of the TSC. */
struct entry {
	u64 cycle_last;
	u64 ns[2];		/* whole seconds, in ns; by counter */
	u64 snsec[2];
	u32 mult[2];
};

struct race {
	struct guest *g;
	struct entry log[LOG];
	u64 logged;
	u64 seen[2];		/* the latest value that anybody has seen */
	u64 late;		/* sets published after they should have begun */
	bool stop;
	bool back;		/* somebody saw an earlier one after it */
};

static struct race race;

static u64 load(const u64 *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

/* To the NUMBERth of the CPUs that this process could have. */
static void pin(int number)
{
	cpu_set_t all, one;

	/* the kernel takes away those that there are not, or that are not ours */
	memset(&all, 0xff, sizeof(all));
	if (sched_setaffinity(0, sizeof(all), &all) ||
	    sched_getaffinity(0, sizeof(all), &all))
		err(1, "sched_setaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || number--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			return;
	}
	warnx("there is but one CPU: not much of a race");
}

static void unpin(const cpu_set_t *saved)
{
	sched_setaffinity(0, sizeof(*saved), saved);
}

/*
 * The counter as the image has it.  guest_reset() and the kernel's updates
 * keep MONOTONIC - counter constant; start() makes that 0, and RAW's too.
 */
static bool read_counter(struct guest *g, enum hostclock_counter which, u64 *ns)
{
	struct reading r = guest_read(g, which == HOSTCLOCK_RAW ?
				      CLOCK_MONOTONIC_RAW : CLOCK_MONOTONIC);

	*ns = r.sec * HOSTCLOCK_NSEC_PER_SEC + r.nsec;
	return !r.syscall;
}

static u64 entry_ns(const struct entry *e, enum hostclock_counter which, u64 counter)
{
	/* a few ms of ticks, times 2^23: far from 2^64 */
	return e->ns[which] + (((counter - e->cycle_last) * e->mult[which] +
				e->snsec[which]) >> SHIFT);
}

/* What the clock was at this counter value, from the log; 0: not known. */
static u64 logged_ns(enum hostclock_counter which, u64 counter)
{
	u64 at = load(&race.logged) - 1;
	struct entry e;

	for (;; at--) {
		e = race.log[at % LOG];
		if (load(&race.logged) - at > LOG - 2 || at == ~0ULL)
			return 0;
		if (counter >= e.cycle_last)
			return entry_ns(&e, which, counter);
	}
}

/* Moves a set's bases on by some counts, to the last fraction of a ns. */
static void advance(struct entry *e, u64 ticks)
{
	e->cycle_last += ticks;
	for (int which = 0; which < 2; which++) {
		e->snsec[which] += ticks * e->mult[which];
		while (e->snsec[which] >= SECOND) {
			e->snsec[which] -= SECOND;
			e->ns[which] += HOSTCLOCK_NSEC_PER_SEC;
		}
	}
}

static void publish(const struct entry *e)
{
	struct hostclock_params *p = hostclock_page_claim(race.g->v.cp);

	memset(p, 0, sizeof(*p));
	p->epoch = htole64(0x1111);
	p->cycle_last = htole64(e->cycle_last);
	p->max_cycles = htole64(~SECOND / (1 << 23));
	p->shift = htole32(SHIFT);
	p->mult = htole32(e->mult[HOSTCLOCK_MONO]);
	p->mono_sec = htole64(e->ns[HOSTCLOCK_MONO] / HOSTCLOCK_NSEC_PER_SEC);
	p->mono_snsec = htole64(e->snsec[HOSTCLOCK_MONO]);
	p->raw_mult = htole32(e->mult[HOSTCLOCK_RAW]);
	p->raw_sec = htole64(e->ns[HOSTCLOCK_RAW] / HOSTCLOCK_NSEC_PER_SEC);
	p->raw_snsec = htole64(e->snsec[HOSTCLOCK_RAW]);
	race.log[race.logged % LOG] = *e;
	__atomic_store_n(&race.logged, race.logged + 1, __ATOMIC_RELEASE);
	hostclock_page_publish(race.g->v.cp);
}

static struct hostclock_vdso_base base_at(const struct guest *g, u64 counter, u64 ns,
					  u32 mult)
{
	return (struct hostclock_vdso_base){
		.tsc = counter + g->accepted.tsc_offset - HOSTCLOCK_MAX_CPU_SKEW,
		.ns = ns - (HOSTCLOCK_MAX_CPU_SKEW * mult >> SHIFT),
		.mult = mult, .shift = SHIFT,
	};
}

/* The kernel's tick: its base moves on, the clocks' values do not change. */
static void tick(struct guest *g, u64 counter)
{
	struct timekeeping *tk = &g->tk;
	u64 mono = logged_ns(HOSTCLOCK_MONO, counter);
	u64 raw = logged_ns(HOSTCLOCK_RAW, counter);

	if (!mono || mono < tk->cycle_last || raw < tk->raw_cycle_last)
		return;
	tk->cycle_last = mono;
	tk->real_sec = mono / HOSTCLOCK_NSEC_PER_SEC;
	tk->real_snsec = (mono % HOSTCLOCK_NSEC_PER_SEC) << tk->shift;
	tk->raw_cycle_last = raw;
	tk->raw_sec = raw / HOSTCLOCK_NSEC_PER_SEC;
	tk->raw_snsec = (raw % HOSTCLOCK_NSEC_PER_SEC) << tk->shift;
	tk->base[HOSTCLOCK_MONO] = base_at(g, counter, mono, 6452776);
	tk->base[HOSTCLOCK_RAW] = base_at(g, counter, raw, 6452777);
	vvar_update(&g->v, tk);
}

/* Reads; a value below what was seen before it is one too many. */
static bool read_forward(enum hostclock_counter which, u64 *ns)
{
	u64 before = load(&race.seen[which]);

	if (!read_counter(race.g, which, ns))
		return false;
	if (*ns < before)
		race.back = true;
	while (before < *ns &&
	       !__atomic_compare_exchange_n(&race.seen[which], &before, *ns, true,
					    __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
		;
	return true;
}

static void *writer(void *arg)
{
	u64 offset = race.g->accepted.tsc_offset, rng = options.seed, ns, now;
	struct entry e = race.log[0];

	pin(1);
	while (!__atomic_load_n(&race.stop, __ATOMIC_RELAXED)) {
		now = hostclock_rdtsc() - offset;
		if ((s64)(now - e.cycle_last) <= 0)
			continue;
		advance(&e, now + LEAD - e.cycle_last);
		/* slewed by up to 240 ppm: the base allows for that between ticks */
		e.mult[HOSTCLOCK_MONO] = 6452776 + random_below(&rng, 3098) - 1549;
		publish(&e);
		/* Preempted: for a moment, time was what the old set says. */
		if (hostclock_rdtsc() - offset >= e.cycle_last)
			__atomic_fetch_add(&race.late, 1, __ATOMIC_RELEASE);
		if (!random_below(&rng, 16))
			tick(race.g, now);
		read_forward(random_below(&rng, 2), &ns);
	}
	return arg;
}

/* A guest whose clocks equal its counters, and a first set, from now on. */
static void start(struct guest *g)
{
	struct entry e = {
		.ns = { 1000 * HOSTCLOCK_NSEC_PER_SEC, 2000 * HOSTCLOCK_NSEC_PER_SEC },
		.mult = { 6452776, 6452777 },
	};

	memset(&race, 0, sizeof(race));
	race.g = g;
	g->accepted.mono_offset = 0;
	g->accepted.raw_offset = 0;
	e.cycle_last = hostclock_rdtsc() - g->accepted.tsc_offset;
	g->tk = (struct timekeeping){
		.mode = VDSO_MODE_HOSTCLOCK, .raw_mode = VDSO_MODE_HOSTCLOCK_RAW,
		.mult = 1 << 23, .raw_mult = 1 << 23, .shift = 23,
		.max_cycles = 1ULL << 40,
	};
	publish(&e);
	publish(&e);
	race.logged = 1;
	guest_update(g);
	tick(g, e.cycle_last);
}

/* What became of the reads. */
struct tally {
	u64 reads;
	u64 syscalls;
	u64 unknown;		/* too long ago to be looked up */
	u64 excused;		/* wrong because the writer was late */
};

/* One read between two looks at the counter; was it a time in between? */
static const char *read_once(struct guest *g, enum hostclock_counter which,
			     struct tally *tally)
{
	u64 offset = g->accepted.tsc_offset, ns, from, to;
	u64 before = hostclock_rdtsc() - offset, after;

	if (!read_forward(which, &ns)) {
		tally->syscalls++;
		return NULL;
	}
	after = hostclock_rdtsc() - offset;
	from = logged_ns(which, before);
	to = logged_ns(which, after);
	if (!from || !to)
		tally->unknown++;
	else if (ns < from || ns > to)
		return failure("%s gives %llu, was %llu before and %llu after",
			       which == HOSTCLOCK_RAW ? "RAW" : "MONOTONIC",
			       (unsigned long long)ns, (unsigned long long)from,
			       (unsigned long long)to);
	return race.back ? "a clock went back" : NULL;
}

/*
 * Is it the writer's fault?  It knows by its next update at the latest.  OK is
 * how often it had been late at the last good read.
 */
static bool excuse(u64 ok)
{
	u64 logged = load(&race.logged);

	while (load(&race.logged) < logged + 2)
		;
	if (load(&race.late) == ok)
		return false;
	__atomic_store_n(&race.seen[0], 0, __ATOMIC_RELEASE);
	__atomic_store_n(&race.seen[1], 0, __ATOMIC_RELEASE);
	race.back = false;
	return true;
}

/* As many reads as asked for, and more until they have met enough updates. */
static const char *read_all(struct guest *g, struct tally *tally)
{
	const char *why;
	u64 ok = 0, late, i;

	for (i = 0; i < options.reads ||
	     load(&race.logged) < options.reads / 1000; i++) {
		late = load(&race.late);
		why = read_once(g, i % 8 ? HOSTCLOCK_MONO : HOSTCLOCK_RAW, tally);
		if (!why)
			ok = late;
		else if (excuse(ok))
			tally->excused++;
		else
			return why;
	}
	tally->reads = i;
	return NULL;
}

static const char *updates(struct guest *g)
{
	struct tally tally = { 0 };
	const char *why;
	cpu_set_t saved;
	pthread_t thread;

	sched_getaffinity(0, sizeof(saved), &saved);
	start(g);
	pin(0);
	if (pthread_create(&thread, NULL, writer, NULL))
		err(1, "pthread_create");
	why = read_all(g, &tally);
	__atomic_store_n(&race.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	unpin(&saved);
	printf("# %llu reads, %llu sets published meanwhile (%llu late)\n",
	       (unsigned long long)tally.reads, (unsigned long long)race.logged,
	       (unsigned long long)race.late);
	printf("# %llu asked the kernel, %llu not looked up, %llu excused\n",
	       (unsigned long long)tally.syscalls,
	       (unsigned long long)tally.unknown,
	       (unsigned long long)tally.excused);
	if (!why && (tally.syscalls + tally.unknown + tally.excused) * 20 >
		    tally.reads)
		return "hardly a race, see the figures above";
	return why;
}

/*
 * Sets that stand still, at a multiple of 3 ns within what the base allows.  In every
 * other one the nanoseconds have one of the seconds, so that a mixture of two is off by a
 * second; one of a number's halves is no multiple.
 */
#define STORM_SEC	1500

static void *storm_writer(void *arg)
{
	struct guest *g = arg;

	pin(1);
	for (u64 k = 0; !__atomic_load_n(&race.stop, __ATOMIC_RELAXED); k++) {
		struct hostclock_params *p = hostclock_page_claim(g->v.cp);
		u64 moved = k % 2, ns = k % (HOSTCLOCK_VDSO_SLACK_NS / 3) * 3;

		p->epoch = htole64(0x1111);
		p->mono_sec = htole64(STORM_SEC - moved);
		p->mono_snsec = htole64((moved * HOSTCLOCK_NSEC_PER_SEC + ns) << 31);
		/* many reads come before it, and take the set before */
		p->cycle_last = htole64(hostclock_rdtsc() + 2000 -
					g->accepted.tsc_offset);
		p->max_cycles = htole64(1ULL << 30);
		p->mult = 0;
		p->shift = htole32(31);
		hostclock_page_publish(g->v.cp);
		__atomic_fetch_add(&race.logged, 1, __ATOMIC_RELEASE);
	}
	return arg;
}

/* A base that stands still, too, so that all sets agree with it for a while. */
static void allow_all(struct guest *g)
{
	struct hostclock_vdso_base base = {
		.tsc = hostclock_rdtsc() - HOSTCLOCK_MAX_CPU_SKEW,
		.ns = STORM_SEC * HOSTCLOCK_NSEC_PER_SEC,
	};

	vvar_set_base(&g->v, HOSTCLOCK_MONO, &base);
}

static const char *storm(struct guest *g)
{
	u64 times = 0, reads, ns;
	const char *why = NULL;
	cpu_set_t saved;
	pthread_t thread;

	sched_getaffinity(0, sizeof(saved), &saved);
	start(g);
	memset(g->v.cp->params, 0, sizeof(g->v.cp->params));
	pin(0);
	if (pthread_create(&thread, NULL, storm_writer, g))
		err(1, "pthread_create");
	for (reads = 0; !why && (reads < options.reads / 4 ||
				 load(&race.logged) < options.reads / 1000);
	     reads++) {
		if (reads % 16 == 0)
			allow_all(g);
		if (!read_counter(g, HOSTCLOCK_MONO, &ns))
			continue;
		times++;
		ns -= STORM_SEC * HOSTCLOCK_NSEC_PER_SEC;
		if (ns > HOSTCLOCK_VDSO_SLACK_NS || ns % 3)
			why = failure("a mixture of sets: %llu", (unsigned long long)ns);
	}
	__atomic_store_n(&race.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	unpin(&saved);
	printf("# %llu sets, %llu reads; %llu times\n",
	       (unsigned long long)race.logged,
	       (unsigned long long)reads, (unsigned long long)times);
	if (!why && times < reads / 100)
		return "hardly one, see the figures above";
	return why;
}

const struct test race_tests[] = {
	{ "against updates at full speed: in between, never back", updates },
	{ "against a storm of updates: no mixture, no hang", storm },
	{ NULL, NULL }
};
