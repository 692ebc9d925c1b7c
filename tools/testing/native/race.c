// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Readers, and a writer at full speed on another CPU.
 *
 * torn:  a writer that never waits. Whatever a reader accepts must be whole: all
 *        fields of a set, and of a guest page, are made of one number.
 * exact: a writer that keeps to the protocol, as fast as it can. Every reading
 *        must be, to the ns, what the set that holds at its counter value says,
 *        and none may be before the one that preceded it.
 */
#include <argp.h>
#include <hostclock/mult_shift.h>
#include <hostclock/reader.h>
#include <hostclock/validate.h>
#include <hostclock/writer.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHIFT		28
#define MULT		(1U << 27)		/* half a ns per count */
#define LEAD_COUNTS	20000			/* 8 us: far more than reordering */
#define REORDER_COUNTS	2000			/* 0.8 us: more than a CPU's window */
#define MAX_SETS	200000
#define MAX_SAMPLES	1000000			/* of one round */

struct sample {
	u64 tsc;
	u64 ns;
};

static struct hostclock_clock_page page __attribute__((aligned(4096)));
static struct hostclock_guest_page guest __attribute__((aligned(4096)));
static struct hostclock_params *sets;		/* all there ever were, in order */
static u64 *published;			/* when each was, by the counter */
static size_t set_count;
static struct sample *samples;
static bool stop;
static u64 seconds = 3;

static u64 spread(u64 n)
{
	n *= 0x9e3779b97f4a7c15ULL;
	return n ^ n >> 29;
}

/* Fills memory with words that only belong together if n is one number. */
static void fill(void *to, size_t bytes, u64 n)
{
	u64 *word = to;
	size_t i;

	for (i = 0; i < bytes / 8; i++)
		WRITE_ONCE(word[i], spread(n + i));
	WRITE_ONCE(word[0], n);
}

static bool whole(const void *from, size_t bytes)
{
	const u64 *word = from;
	size_t i;

	for (i = 1; i < bytes / 8; i++)
		if (word[i] != spread(word[0] + i))
			return false;
	return true;
}

static void *write_torn(void *arg)
{
	const size_t skip = offsetof(struct hostclock_guest_page, epoch);
	struct hostclock_params *set;
	u64 n;

	for (n = 1; !READ_ONCE(stop); n++) {
		set = hostclock_page_claim(&page);
		fill(set, sizeof(*set), n);
		hostclock_page_publish(&page);
		hostclock_seq_claim(&guest.seq);
		fill(&guest.epoch, sizeof(guest) - skip, n);
		hostclock_seq_publish(&guest.seq);
	}
	*(u64 *)arg = n;
	return NULL;
}

/* The set before the newest, as hostclock_select() would use it. */
static bool copy_previous(struct hostclock_params *to)
{
	const struct hostclock_params *p;
	u32 seq = hostclock_page_begin(&page);
	size_t i;

	if (seq & 1)
		return false;
	p = hostclock_previous(&page, seq);
	for (i = 0; i < sizeof(*to) / 8; i++)
		((u64 *)to)[i] = READ_ONCE(((const u64 *)p)[i]);
	return !hostclock_select_retry(&page, seq, p);
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * HOSTCLOCK_NSEC_PER_SEC + t.tv_nsec;
}

static bool test_torn(void)
{
	const size_t skip = offsetof(struct hostclock_guest_page, epoch);
	u64 counts[3] = { 0 }, updates = 0, reads = 0;
	u64 end = now_ns() + seconds * HOSTCLOCK_NSEC_PER_SEC;
	struct hostclock_guest_page gp;
	struct hostclock_params set;
	bool torn = false;
	pthread_t writer;

	/* two whole sets to begin with */
	fill(&page.params[0], sizeof(set), 1);
	fill(&page.params[1], sizeof(set), 2);
	fill(&guest.epoch, sizeof(gp) - skip, 1);
	if (pthread_create(&writer, NULL, write_torn, &updates))
		abort();
	while (!torn && ((++reads & 0xfff) || now_ns() < end)) {
		if (hostclock_snapshot_params(&page, &set, NULL)) {
			counts[0]++;
			torn |= !whole(&set, sizeof(set));
		}
		if (copy_previous(&set)) {
			counts[1]++;
			torn |= !whole(&set, sizeof(set));
		}
		if (hostclock_snapshot_guest(&guest, &gp)) {
			counts[2]++;
			torn |= !whole(&gp.epoch, sizeof(gp) - skip);
		}
	}
	WRITE_ONCE(stop, true);
	pthread_join(writer, NULL);
	if (torn || updates < 1000 || !counts[0] || !counts[1] || !counts[2]) {
		printf("not ok - torn: %s after %" PRIu64 " reads: %" PRIu64 " newest, %" PRIu64
		       " previous, %" PRIu64 " guest pages\n", torn ? "a torn set" : "nothing seen",
		       reads, counts[0], counts[1], counts[2]);
		return false;
	}
	printf("ok - torn: %" PRIu64 " updates, of %" PRIu64 " reads %" PRIu64 " newest sets, %"
	       PRIu64 " previous, %" PRIu64 " guest pages, all whole\n", updates, reads,
	       counts[0], counts[1], counts[2]);
	return true;
}

/* The set that follows @old from a counter value on: continuous, another rate. */
static void follow(const struct hostclock_params *old, u64 cycle_last, u64 n,
		   struct hostclock_params *set)
{
	u64 delta = cycle_last - le64toh(old->cycle_last);
	u64 snsec = le64toh(old->mono_snsec) + delta * le32toh(old->mult);
	u64 second = HOSTCLOCK_NSEC_PER_SEC << SHIFT;
	u32 mult = MULT + (spread(n) & 0xffffff);

	*set = *old;
	set->cycle_last = htole64(cycle_last);
	set->mono_sec = htole64(le64toh(old->mono_sec) + snsec / second);
	set->mono_snsec = htole64(snsec % second);
	set->mult = htole32(mult);
	set->max_cycles = htole64(hostclock_max_cycles(mult, snsec % second));
}

static void *write_exact(void *arg)
{
	struct hostclock_params *set;
	u64 newest, cycle_last;

	(void)arg;
	while (!READ_ONCE(stop) && set_count < MAX_SETS) {
		/* the newest set has begun: only then is the older one free */
		newest = le64toh(sets[set_count - 1].cycle_last);
		while ((s64)(hostclock_rdtsc() - newest) <= LEAD_COUNTS)
			;
		set = hostclock_page_claim(&page);
		/* a writer that was held up makes the set anew */
		do {
			cycle_last = hostclock_rdtsc() + LEAD_COUNTS;
			follow(&sets[set_count - 1], cycle_last, set_count, &sets[set_count]);
			/* not a mix of two good ones */
			fill(set, sizeof(*set), set_count);
			memcpy(set, &sets[set_count], sizeof(*set));
		} while ((s64)(cycle_last - hostclock_rdtsc()) < LEAD_COUNTS / 2);
		hostclock_page_publish(&page);
		/* seen by all, before it is called published */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		published[set_count++] = hostclock_rdtsc();
	}
	return NULL;
}

static size_t take_samples(const struct hostclock_accepted *a, u64 *busy)
{
	enum hostclock_result result;
	size_t n = 0;
	u32 seq;

	while (n < MAX_SAMPLES && set_count < MAX_SETS) {
		seq = hostclock_page_begin(&page);
		samples[n].tsc = hostclock_rdtsc();
		if (!hostclock_eval_fast(&page, seq, &guest, a, HOSTCLOCK_MONO,
					 samples[n].tsc, &samples[n].ns)) {
			result = hostclock_eval(&page, seq, &guest, a, HOSTCLOCK_MONO,
						samples[n].tsc, &samples[n].ns);
			if (result == HOSTCLOCK_BUSY) {
				++*busy;
				continue;
			}
			if (result != HOSTCLOCK_OK)
				abort();
		}
		n++;
	}
	return n;
}

struct verdict {
	u64 sets;
	u64 samples;
	u64 steps;	/* readings that differ from the one before */
	u64 busy;	/* tries that an update overtook */
	u64 begun;	/* readings of a set's base before its time */
	u64 late;	/* sets published after their time */
	u64 held_up;	/* readings that an update published late may have missed */
};

/* Judges the samples, now that all sets are known. Prints why not. */
static bool judge(size_t n, struct verdict *v)
{
	size_t i, s = 0;
	bool held_up;
	u64 want;

	for (i = 0; i < n; i++) {
		while (s + 1 < set_count && (s64)(samples[i].tsc -
						  le64toh(sets[s + 1].cycle_last)) >= 0)
			s++;
		want = hostclock_params_ns(&sets[s], HOSTCLOCK_MONO,
					   samples[i].tsc - le64toh(sets[s].cycle_last));
		/*
		 * Held up after its last look: nothing is promised until then.
		 * A reader may have looked at seq for the last time before it
		 * sampled the counter, which is what the lead is there for.
		 */
		held_up = s && (s64)(published[s] + REORDER_COUNTS -
				     le64toh(sets[s].cycle_last)) > 0 &&
			  (s64)(samples[i].tsc - published[s]) <= REORDER_COUNTS;
		if (held_up) {
			v->held_up++;
			continue;
		}
		if (i && samples[i].ns < samples[i - 1].ns) {
			printf("not ok - exact: back by %" PRIu64 " ns at sample %zu\n",
			       samples[i - 1].ns - samples[i].ns, i);
			return false;
		}
		if (samples[i].ns == want)
			continue;
		/* allowed if the next update had begun: the next set's base */
		if (s + 1 < set_count &&
		    samples[i].ns == hostclock_params_ns(&sets[s + 1], HOSTCLOCK_MONO, 0)) {
			v->begun++;
			continue;
		}
		printf("not ok - exact: sample %zu is %" PRIu64 " ns, not %" PRIu64 "\n", i,
		       samples[i].ns, want);
		return false;
	}
	return true;
}

/* Starts over with one set, lets the writer run, and judges what was read. */
static bool exact_round(struct verdict *v)
{
	struct hostclock_accepted a = { .clock_epoch = 7, .guest_epoch = 9 };
	pthread_t writer;
	size_t n, i;

	stop = false;
	memset(&page, 0, sizeof(page));
	guest.epoch = htole64(9);
	sets[0] = (struct hostclock_params){
		.epoch = htole64(7), .cycle_last = htole64(hostclock_rdtsc()),
		.mult = htole32(MULT), .raw_mult = htole32(MULT), .shift = htole32(SHIFT),
		.max_cycles = htole64(hostclock_max_cycles(MULT, 0)),
	};
	page.params[0] = sets[0];
	set_count = 1;
	if (pthread_create(&writer, NULL, write_exact, NULL))
		abort();
	n = take_samples(&a, &v->busy);
	WRITE_ONCE(stop, true);
	pthread_join(writer, NULL);
	v->sets += set_count;
	for (i = 1; i < set_count; i++)
		v->late += (s64)(published[i] - le64toh(sets[i].cycle_last)) > 0;
	v->samples += n;
	for (i = 1; i < n; i++)
		v->steps += samples[i].ns != samples[i - 1].ns;
	return judge(n, v);
}

static bool test_exact(void)
{
	u64 end = now_ns() + seconds * HOSTCLOCK_NSEC_PER_SEC;
	struct verdict v = { 0 };

	do {
		if (!exact_round(&v))
			return false;
	} while (now_ns() < end);
	/* one set that is late by a time slice spoils as many readings as 1000 do */
	if (v.sets < 100 || v.steps < v.samples / 2 || v.late > v.sets / 100 ||
	    v.held_up > v.samples / 2) {
		printf("not ok - exact: %" PRIu64 " sets, %" PRIu64 " late, %" PRIu64 " readings, %"
		       PRIu64 " steps, %" PRIu64 " held up: no proof\n", v.sets, v.late,
		       v.samples, v.steps, v.held_up);
		return false;
	}
	printf("ok - exact: %" PRIu64 " sets, %" PRIu64 " readings each as the sets say, %" PRIu64
	       " at a begun set's base, %" PRIu64 " while the writer was held up (%" PRIu64
	       " sets), %" PRIu64 " tries overtaken\n", v.sets, v.samples, v.begun, v.held_up,
	       v.late, v.busy);
	return true;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	char *end;

	if (key != 's')
		return ARGP_ERR_UNKNOWN;
	seconds = strtoull(arg, &end, 10);
	if (!*arg || *end || !seconds)
		argp_error(state, "'%s' is not a number of seconds", arg);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "seconds", 's', "N", 0, "how long each test takes (default 3)", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		options, parse, NULL,
		"Read clock pages while a writer works at full speed.\v"
		"Needs two CPUs. Exit status: 0 all held, 1 not, 64 usage.",
		NULL, NULL, NULL
	};
	bool ok;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	sets = calloc(MAX_SETS, sizeof(*sets));
	published = calloc(MAX_SETS, sizeof(*published));
	samples = calloc(MAX_SAMPLES, sizeof(*samples));
	if (!sets || !published || !samples)
		abort();
	ok = test_torn();
	ok &= test_exact();
	free(sets);
	free(published);
	free(samples);
	return ok ? 0 : 1;
}
