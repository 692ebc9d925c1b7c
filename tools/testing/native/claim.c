// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The barrier in hostclock_page_claim_live(): a reader on another CPU that has found a
 * LIVE page at rest must not have sampled a counter value at which the next set holds
 * already.  A store that the writer's CPU has not shown yet would let it.
 */
#include <hostclock/reader.h>
#include <hostclock/writer.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define NAME		"LIVE, a page at rest is of now"
#define SECONDS		2
#define UPDATES		65536		/* remembered */
#define LINES		16		/* written before each update, and read by the other CPU */
#define LEAST		1000		/* readings that came between two updates */
#define PATIENCE	30		/* seconds, on a busy machine */

static struct hostclock_clock_page page __attribute__((aligned(4096)));
static u64 begun[UPDATES];		/* at which counter value an update began */
static u64 known;			/* how many of them */
static struct { u64 word; } __attribute__((aligned(64))) other[LINES];
static bool stop;

/* Stores that take long keep the next one waiting. */
static void write_others(u64 number)
{
	int i;

	for (i = 0; i < LINES; i++)
		WRITE_ONCE(other[i].word, number);
}

static void *write_page(void *arg)
{
	u32 seq = 0;
	u64 number;

	for (number = 0; !READ_ONCE(stop); number++, seq += 2) {
		write_others(number);
		begun[number % UPDATES] = hostclock_page_claim_live(&page, seq);
		__atomic_store_n(&known, number + 1, __ATOMIC_RELEASE);
		hostclock_page_claim_at(&page, seq);
		hostclock_page_publish_at(&page, seq);
		/* at rest for as long as a reading takes, and a little more */
		while (hostclock_rdtsc() - begun[number % UPDATES] < 300 + number % 512)
			;
	}
	return arg;
}

static u64 read_others(void)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < LINES; i++)
		sum += READ_ONCE(other[i].word);
	return sum;
}

/* Reads once: true if nothing was written meanwhile. */
static bool read_page(u32 *seq, u64 *tsc)
{
	*seq = hostclock_page_begin(&page);
	*tsc = hostclock_rdtsc();
	/* What ends a reading may be loaded before the counter is sampled; not here. */
	__asm__ __volatile__("lfence" : : : "memory");
	return !hostclock_live_retry(&page, *seq);
}

/*
 * Reads a page at rest.  Returns by how many counts it was one of before, 0 if by none,
 * -1 if that cannot be told.
 */
static s64 judge(void)
{
	u64 number, tsc;
	u32 seq;

	read_others();
	if (!read_page(&seq, &tsc))
		return -1;
	/* the update after this one, once it has begun */
	number = seq / 2;
	while (__atomic_load_n(&known, __ATOMIC_ACQUIRE) <= number)
		;
	if (__atomic_load_n(&known, __ATOMIC_ACQUIRE) - number > UPDATES / 2)
		return -1;
	tsc -= begun[number % UPDATES];
	return (s64)tsc > 0 ? (s64)tsc : 0;
}

int main(void)
{
	time_t begin = time(NULL), now = begin;
	u64 judged = 0, late = 0;
	s64 by, worst = 0;
	pthread_t writer;

	page.features = htole64(HOSTCLOCK_FEATURE_LIVE);
	if (pthread_create(&writer, NULL, write_page, NULL))
		return 2;
	while (now <= begin + SECONDS || (judged < LEAST && now < begin + PATIENCE)) {
		by = judge();
		judged += by >= 0;
		late += by > 0;
		worst = by > worst ? by : worst;
		now = time(NULL);
	}
	WRITE_ONCE(stop, true);
	pthread_join(writer, NULL);
	if (late || judged < LEAST)
		return printf("not ok - %s: %llu of %llu readings are not, by up to %lld counts\n",
			      NAME, (unsigned long long)late, (unsigned long long)judged,
			      (long long)worst);
	return printf("ok - %s: %llu readings\n", NAME, (unsigned long long)judged) < 0;
}
