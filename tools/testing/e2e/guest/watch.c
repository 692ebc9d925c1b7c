// SPDX-License-Identifier: GPL-2.0
/* Reading all clocks all the time.  See watch.h. */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include <hostclock/platform.h>

#include "check.h"
#include "clocks.h"
#include "watch.h"

#define THREADS		2
#define CLOCKS		5
/* More than the TSC counted, of which a count is a ns at most, is a leap. */
#define LEAP_NS		1000000000

/* The highest reading of each clock that anybody has made. */
static int64_t latest[CLOCKS];
/* A reset is a new round: everybody begins anew. */
static unsigned int round_now;

static uint64_t naps;

static struct reader {
	pthread_t thread;
	int cpu;
	unsigned int round;
	struct watch_result result;
	int64_t last_ns[CLOCKS];
	uint64_t last_tsc[CLOCKS];
} readers[THREADS];

static bool goes_on(clockid_t id)
{
	return id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_RAW ||
	       id == CLOCK_BOOTTIME;
}

static void publish(int64_t *highest, int64_t now)
{
	int64_t old = __atomic_load_n(highest, __ATOMIC_RELAXED);

	while (now > old &&
	       !__atomic_compare_exchange_n(highest, &old, now, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

/* Whoever is kept from running within a reading does not know before or after what. */
static void judge_leap(struct reader *r, int clock, int64_t now, uint64_t before,
		       uint64_t after)
{
	int64_t passed_ns = now - r->last_ns[clock];
	int64_t counts = after - r->last_tsc[clock];

	if (r->last_tsc[clock] && passed_ns > counts + LEAP_NS) {
		WRITE_ONCE(r->result.leaps, r->result.leaps + 1);
		WRITE_ONCE(r->result.leapt_ns, passed_ns);
	}
	r->last_ns[clock] = now;
	r->last_tsc[clock] = before;
}

static void judge_order(struct watch_result *result, int clock, int64_t before,
			int64_t now)
{
	publish(&latest[clock], now);
	if (now >= before)
		return;
	WRITE_ONCE(result->back[clock], result->back[clock] + 1);
	if (before - now > result->worst_ns[clock])
		WRITE_ONCE(result->worst_ns[clock], before - now);
}

static void read_one(struct reader *r, int clock, bool vdso)
{
	struct watch_result *result = &r->result;
	clockid_t id = clock_names[clock].id;
	int64_t before = __atomic_load_n(&latest[clock], __ATOMIC_ACQUIRE);
	uint64_t begun = hostclock_rdtsc();
	int64_t now = vdso ? read_vdso(id) : read_syscall(id);
	uint64_t took = hostclock_rdtsc() - begun;

	if (took > result->slowest && (int64_t)took > 0)
		WRITE_ONCE(result->slowest, took);
	WRITE_ONCE(result->reads, result->reads + 1);
	if (!goes_on(id))
		return;
	judge_leap(r, clock, now, begun, begun + took);
	judge_order(result, clock, before, now);
}

static void *watch(void *arg)
{
	struct reader *r = arg;

	pin_to(r->cpu);
	for (;;) {
		unsigned int round = __atomic_load_n(&round_now, __ATOMIC_ACQUIRE);

		if (round != r->round) {
			r->result = (struct watch_result){ };
			memset(r->last_tsc, 0, sizeof(r->last_tsc));
			__atomic_store_n(&r->round, round, __ATOMIC_RELEASE);
		}
		for (int clock = 0; clock < CLOCKS; clock++) {
			read_one(r, clock, true);
			read_one(r, clock, false);
		}
	}
	return NULL;
}

/* Whoever sleeps for a moment wakes up after it. */
static void *nap(void *arg)
{
	for (;;) {
		usleep(1000);
		__atomic_fetch_add(&naps, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

void watch_start(void)
{
	pthread_t napper;

	if (pthread_create(&napper, NULL, nap, NULL))
		die("cannot start a thread");
	for (int i = 0; i < THREADS; i++) {
		readers[i].cpu = i;
		if (pthread_create(&readers[i].thread, NULL, watch, &readers[i]))
			die("cannot start a thread");
	}
}

/* Returns once every reader has begun the new round, which shows it is not stuck. */
void watch_reset(void)
{
	unsigned int round = round_now + 1;

	/* What a clock ran ahead of itself before is not held against it again. */
	for (int clock = 0; clock < CLOCKS; clock++)
		__atomic_store_n(&latest[clock], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&naps, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&round_now, round, __ATOMIC_RELEASE);
	for (int i = 0; i < THREADS; i++)
		while (__atomic_load_n(&readers[i].round, __ATOMIC_ACQUIRE) != round)
			sched_yield();
}

void watch_result(struct watch_result *result)
{
	*result = (struct watch_result){ .least = ~0ULL };
	result->naps = __atomic_load_n(&naps, __ATOMIC_RELAXED);
	for (int i = 0; i < THREADS; i++) {
		const struct watch_result *r = &readers[i].result;
		uint64_t reads = READ_ONCE(r->reads);

		result->reads += reads;
		if (reads < result->least)
			result->least = reads;
		for (int clock = 0; clock < CLOCKS; clock++) {
			result->back[clock] += READ_ONCE(r->back[clock]);
			if (READ_ONCE(r->worst_ns[clock]) > result->worst_ns[clock])
				result->worst_ns[clock] = READ_ONCE(r->worst_ns[clock]);
		}
		if (READ_ONCE(r->leapt_ns))
			result->leapt_ns = READ_ONCE(r->leapt_ns);
		result->leaps += READ_ONCE(r->leaps);
		if (READ_ONCE(r->slowest) > result->slowest)
			result->slowest = READ_ONCE(r->slowest);
	}
}
