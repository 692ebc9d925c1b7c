// SPDX-License-Identifier: GPL-2.0
/*
 * lineguest DIR NAME SECONDS [--silent | --strict | --lead NS | --absent MS]: is a guest
 * whose vDSO reads the line page. Its kernel accepts every epoch after some us, as
 * hostclock.ko does, and two threads read the counter the vDSO's way, and the kernel's if
 * they must or to compare. TSC offset 0, or whatever the guest page says.
 *
 * Prints figures; exit status 1 if a reading went back, was read across a change of epoch,
 * or was off the clock page. --silent: accepts nothing, and expects to be given nothing.
 * --strict: the threads do nothing but read the vDSO's way, and no more than one line in
 * LINES_PER_CLOSED may be seen to begin by a closed page. --lead: puts the lines so far
 * ahead before it reads. --absent: accepts nothing for so long, and then the same epochs.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <hostclock/line.h>

#include "pages.h"

#define THREADS		2
/* A page that the host is late with is followed late; more is a defect. */
#define MAX_OFF_NS	20000
#define LINES_PER_CLOSED	10
/* Fewer lines tell nothing. */
#define MIN_LINES	50
/* Readings for one look at the time */
#define STRICT_READS	1000

static struct pages pages;
static const struct hostclock_clock_page *clock_page;
static const struct hostclock_guest_page *guest;
static struct hostclock_line_page *lines;
static u64 end_ns;
static bool silent, strict;

/* What the guest's kernel accepted; accepting is odd while that changes */
static u64 guest_epoch, clock_epoch;
static u32 accepting;

/* The greatest reading, of even and of odd accepted states */
static u64 latest[2];
static u64 by_vdso, by_kernel, backward, across, resyncs, closed;
static s64 worst_off, least_off;

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static u64 newest_epoch(void)
{
	u32 seq = hostclock_page_begin(clock_page);

	return HOSTCLOCK_LE64(hostclock_newest(clock_page, seq)->epoch);
}

/* As arch/x86's vDSO does it; false: ask the kernel */
static bool read_vdso(u64 *ns)
{
	struct hostclock_course c;
	u32 sequence;
	u64 tsc;

	do {
		sequence = READ_ONCE(lines->tsc_sequence);
		if (!sequence)
			return false;
		smp_rmb();
		c.scale = READ_ONCE(lines->tsc_scale);
		c.offset = READ_ONCE(lines->tsc_offset);
		tsc = hostclock_rdtsc();
		smp_rmb();
	} while (READ_ONCE(lines->tsc_sequence) != sequence);
	*ns = hostclock_course_ns(&c, tsc);
	return true;
}

/* The clock page's value for the guest, and whether it is of the accepted epochs */
static bool read_page(u64 *ns)
{
	struct hostclock_accepted a = {
		.clock_epoch = clock_epoch,
		.guest_epoch = guest_epoch,
		.tsc_offset = HOSTCLOCK_LE64(guest->tsc_offset),
		.mono_offset = HOSTCLOCK_LE64(guest->mono_offset_ns),
	};

	return hostclock_read(clock_page, guest, &a, HOSTCLOCK_MONO, ns) == HOSTCLOCK_OK;
}

static void keep_max(u64 *max, u64 value)
{
	u64 seen = __atomic_load_n(max, __ATOMIC_SEQ_CST);

	while (value > seen &&
	       !__atomic_compare_exchange_n(max, &seen, value, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST))
		;
}

static void compare(u64 before, u64 ns, u64 after)
{
	s64 off = 0;

	if (ns < before)
		off = ns - before;
	else if (ns > after)
		off = ns - after;
	if (off > worst_off)
		worst_off = off;
	if (off < least_off)
		least_off = off;
}

static void count(u64 *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* Is there an epoch that the guest has not accepted? */
static bool moved(void)
{
	return HOSTCLOCK_LE64(guest->epoch) != guest_epoch || newest_epoch() != clock_epoch;
}

/* Between two readings of the clock page, by the vDSO; return false if not. */
static bool read_between(u64 *ns)
{
	u64 before, after;

	if (!read_page(&before) || !read_vdso(ns) || !read_page(&after))
		return false;
	count(&by_vdso);
	compare(before, *ns, after);
	return true;
}

/* One reading.  It does not count if the guest accepted an epoch meanwhile. */
static void read_one(unsigned int i)
{
	u32 begun = __atomic_load_n(&accepting, __ATOMIC_SEQ_CST);
	u64 *max = &latest[begun >> 1 & 1], ns;
	u64 seen = __atomic_load_n(max, __ATOMIC_SEQ_CST);
	bool good, new;

	new = moved();
	if (begun & 1)
		return;
	if (new) {
		good = read_vdso(&ns);
		if (good && __atomic_load_n(&accepting, __ATOMIC_SEQ_CST) == begun)
			count(&across);
		return;
	}
	good = (i & 15) && read_between(&ns);
	if (!good) {
		count(&by_kernel);
		if (!hostclock_line_read(lines, guest_epoch, &ns))
			return;
	}
	if (__atomic_load_n(&accepting, __ATOMIC_SEQ_CST) != begun || moved())
		return;
	if (ns < seen)
		count(&backward);
	keep_max(max, ns);
}

/* Counts how often the page was found closed, each time once, however long. */
static void read_strictly(void)
{
	static __thread bool open;
	static __thread u64 last;
	u64 done = 0, ns;
	bool good;
	int i;

	for (i = 0; i < STRICT_READS; i++) {
		good = read_vdso(&ns);
		if (open && !good)
			count(&closed);
		open = good;
		if (!good)
			continue;
		if (ns < last)
			count(&backward);
		last = ns;
		done++;
	}
	__atomic_add_fetch(&by_vdso, done, __ATOMIC_RELAXED);
}

static void accept_newest(u64 g, u64 c)
{
	__atomic_add_fetch(&accepting, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&latest[((accepting >> 1) + 1) & 1],
			 g == guest_epoch ? latest[accepting >> 1 & 1] : 0, __ATOMIC_SEQ_CST);
	clock_epoch = c;
	guest_epoch = g;
	resyncs++;
	__atomic_add_fetch(&accepting, 1, __ATOMIC_SEQ_CST);
	WRITE_ONCE(lines->accepted_clock_epoch, htole64(c));
	WRITE_ONCE(lines->accepted_guest_epoch, htole64(g));
}

/* The guest's kernel: accepts what is new, and says so. */
static void accept_epochs(void)
{
	while (now_ns() < end_ns) {
		if (!moved()) {
			usleep(20);
			continue;
		}
		usleep(300);
		accept_newest(HOSTCLOCK_LE64(guest->epoch), newest_epoch());
	}
}

static void *read_all(void *arg)
{
	unsigned int i = 0;

	while (now_ns() < end_ns) {
		if (strict)
			read_strictly();
		else
			read_one(i++);
	}
	return arg;
}

static int judge_strict(u32 begun)
{
	printf("%" PRIu64 " readings, %u lines, the page found closed %" PRIu64 " times, %" PRIu64
	       " went back\n", by_vdso, begun, closed, backward);
	return backward || begun < MIN_LINES || closed * LINES_PER_CLOSED > begun;
}

static int judge(void)
{
	u64 all = by_vdso + by_kernel;

	printf("%" PRIu64 " readings, %.3f %% by the kernel, %" PRIu64 " epochs accepted, %" PRId64
	       " to %" PRId64 " ns off the clock page\n", all,
	       all ? by_kernel * 100.0 / all : 100.0, resyncs, least_off, worst_off);
	if (silent) {
		if (!by_vdso && !HOSTCLOCK_LE64(lines->line[0].epoch))
			return 0;
		printf("a guest that accepts nothing was given lines\n");
		return 1;
	}
	if (!backward && !across && by_vdso && worst_off < MAX_OFF_NS && least_off > -MAX_OFF_NS)
		return 0;
	printf("%" PRIu64 " by the vDSO, %" PRIu64 " went back, %" PRIu64
	       " across a change of epoch, %" PRId64 " to %" PRId64 " ns off\n", by_vdso, backward,
	       across, least_off, worst_off);
	return 1;
}

static void open_file(const char *dir, const char *name)
{
	char path[300];
	off_t size;
	char *map;
	int fd;

	snprintf(path, sizeof(path), "%s/vm/%s", dir, name);
	fd = open(path, O_RDWR);
	size = lseek(fd, 0, SEEK_END);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || map == MAP_FAILED) {
		perror(path);
		exit(1);
	}
	guest = (void *)map;
	for (int i = 0; i < size / HOSTCLOCK_PAGE_SIZE; i++) {
		lines = (void *)(map + i * HOSTCLOCK_PAGE_SIZE);
		if (HOSTCLOCK_LE32(lines->magic) == HOSTCLOCK_LINE_MAGIC)
			return;
	}
	printf("%s has no line page\n", path);
	exit(1);
}

/* The page is at rest: no hostclockd runs. */
static void put_ahead(s64 ns)
{
	int i;

	for (i = 0; i < 2; i++)
		lines->line[i].offset = htole64(HOSTCLOCK_LE64(lines->line[i].offset) + ns);
	lines->tsc_offset = htole64(HOSTCLOCK_LE64(lines->tsc_offset) + ns);
}

/* As a guest without its driver: whatever it read before, it does not now. */
static void be_absent(unsigned int ms)
{
	lines->accepted_guest_epoch = 0;
	lines->accepted_clock_epoch = 0;
	usleep(ms * 1000);
	lines->accepted_clock_epoch = htole64(clock_epoch);
	lines->accepted_guest_epoch = htole64(guest_epoch);
}

static void prepare(const char *option, const char *value)
{
	if (!strcmp(option, "--lead"))
		put_ahead(atoll(value));
	else
		be_absent(atoi(value));
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS + 1];
	u32 seq;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: lineguest DIR NAME SECONDS "
			"[--silent | --strict | --lead NS | --absent MS]\n");
		return 2;
	}
	silent = argc == 5 && !strcmp(argv[4], "--silent");
	strict = argc == 5 && !silent;
	pages_open(&pages, argv[1]);
	clock_page = pages_get(&pages, 0);
	open_file(argv[1], argv[2]);
	guest_epoch = HOSTCLOCK_LE64(lines->accepted_guest_epoch);
	clock_epoch = HOSTCLOCK_LE64(lines->accepted_clock_epoch);
	if (argc > 5)
		prepare(argv[4], argv[5]);
	seq = HOSTCLOCK_LE32(lines->seq);
	end_ns = now_ns() + atoi(argv[3]) * 1000000000ULL;
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, read_all, NULL);
	if (!silent)
		accept_epochs();
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return strict ? judge_strict((HOSTCLOCK_LE32(lines->seq) - seq) / 2) : judge();
}
