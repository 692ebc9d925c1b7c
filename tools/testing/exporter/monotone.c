// SPDX-License-Identifier: GPL-2.0
/*
 * monotone DIR PAGE READS SECONDS: two threads read a page with the guest's reader,
 * that often and that long at least, and
 * no reading may be before one that another thread has made public already.
 * Epochs may change meanwhile; MONOTONIC and RAW must not care.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pages.h"

#define THREADS	2
/* With fewer updates it has shown nothing; a busy machine may take long to make them. */
#define UPDATES		3
#define PATIENCE_NS	20000000000ULL

static struct pages pages;
static int number;
static u64 reads;
static u64 end_ns;
static u64 done;
static u64 latest[2];
static u64 moved, busy, backward, updates;

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void publish(u64 *max, u64 value)
{
	u64 seen = __atomic_load_n(max, __ATOMIC_SEQ_CST);

	while (value > seen &&
	       !__atomic_compare_exchange_n(max, &seen, value, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

static enum hostclock_result one(const struct hostclock_clock_page *cp,
				 struct hostclock_accepted *a,
				 const struct hostclock_guest_page *gp,
				 enum hostclock_counter which, u64 *ns)
{
	enum hostclock_result result;
	u32 seq = hostclock_page_begin(cp);
	u64 tsc = hostclock_rdtsc();

	result = hostclock_eval(cp, seq, gp, a, which,
				pages_counter(&pages, number, tsc), ns);
	if (hostclock_live_retry(cp, seq))
		result = HOSTCLOCK_BUSY;
	if (result == HOSTCLOCK_MOVED) {
		__atomic_add_fetch(&moved, 1, __ATOMIC_RELAXED);
		a->clock_epoch = pages_epoch(cp);
	}
	if (result == HOSTCLOCK_BUSY)
		__atomic_add_fetch(&busy, 1, __ATOMIC_RELAXED);
	return result;
}

static bool is_too_early(void)
{
	u64 now = now_ns();

	return now < end_ns || (now - end_ns < PATIENCE_NS &&
				__atomic_load_n(&updates, __ATOMIC_RELAXED) < UPDATES * THREADS);
}

static void *spin(void *arg)
{
	const struct hostclock_clock_page *cp = pages_get(&pages, number);
	struct hostclock_guest_page gp = { .epoch = htole64(1) };
	struct hostclock_accepted a = { .guest_epoch = 1 };
	u64 i, ns, before;
	u32 seq = 0;

	(void)arg;
	a.clock_epoch = pages_epoch(cp);
	for (i = 0; i < reads || is_too_early(); i++) {
		enum hostclock_counter which = i & 1 ? HOSTCLOCK_RAW : HOSTCLOCK_MONO;

		before = __atomic_load_n(&latest[which], __ATOMIC_SEQ_CST);
		if (one(cp, &a, &gp, which, &ns) != HOSTCLOCK_OK)
			continue;
		if (ns < before)
			__atomic_add_fetch(&backward, before - ns, __ATOMIC_RELAXED);
		publish(&latest[which], ns);
		if (HOSTCLOCK_LE32(cp->seq) >> 1 != seq >> 1) {
			seq = HOSTCLOCK_LE32(cp->seq);
			__atomic_add_fetch(&updates, 1, __ATOMIC_RELAXED);
		}
	}
	__atomic_add_fetch(&done, i, __ATOMIC_RELAXED);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	int i;

	if (argc != 5)
		fail("usage: monotone DIR PAGE READS SECONDS");
	pages_open(&pages, argv[1]);
	number = atoi(argv[2]);
	reads = strtoull(argv[3], NULL, 10);
	end_ns = now_ns() + strtoull(argv[4], NULL, 10) * 1000000000ULL;
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, spin, NULL);
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("page %d: %llu reads over %llu updates;", number, (unsigned long long)done,
	       (unsigned long long)updates / THREADS);
	printf(" %llu met an epoch change, %llu an update; %llu ns backward\n",
	       (unsigned long long)moved, (unsigned long long)busy, (unsigned long long)backward);
	if (backward)
		return EXIT_FAILURE;
	return updates / THREADS < UPDATES ? 2 : EXIT_SUCCESS;
}
