// SPDX-License-Identifier: GPL-2.0
/*
 * watch DIR VM: looks at an exporter's clock and a guest's page until standard input
 * ends, then prints one line:
 *
 *     updates N gap_ms N reads N wrong N guest N
 *
 * the updates seen; the largest time between two; how often MONOTONIC was read, and how
 * often it was further off than the page says; how often the guest page changed.  Lines
 * before that say what was wrong.  "?" on standard input asks for a line meanwhile.
 *
 * Times between updates are those of the page itself, so that this program may be late.
 * When it is, with a higher priority than the exporter has, the machine stood still: that
 * does not count.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <hostclock/clocks.h>

#include "../exporter/pages.h"

#define LOOK_MS		2
#define LATE_MS		10
/* The page of a clock that is not synchronized says no bound. */
#define BOUND_NS	1000000ULL
/* Behind the vmclock structure, which follows the clock. */
#define GUEST_PART	128

/**
 * struct watch - what has been seen
 * @pages:	the clock's
 * @guest:	the guest's page
 * @held:	what that said
 * @seq:	the clock page's count
 * @ns:		when its set was made, MONOTONIC
 * @looked_ns:	when this was looked at last
 * @late_ns:	how much later than it should have been, since @ns
 */
struct watch {
	struct pages pages;
	const u8 *guest;
	u8 held[HOSTCLOCK_PAGE_SIZE];
	u32 seq;
	s64 ns;
	s64 looked_ns;
	s64 late_ns;
	u64 updates;
	s64 gap_ns;
	u64 reads;
	u64 wrong;
	u64 changed;
};

static s64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* The newest set's number, and when it was made. */
static u32 newest(const struct watch *w, s64 *ns)
{
	const struct hostclock_clock_page *cp = pages_get(&w->pages, 0);
	struct hostclock_params set;
	struct hostclock_clocks c;
	u32 seq;

	do {
		seq = hostclock_page_begin(cp);
		set = *hostclock_newest(cp, seq);
	} while (hostclock_page_retry(cp, seq));
	hostclock_clocks_at(&set, NULL, HOSTCLOCK_LE64(set.cycle_last), &c);
	*ns = hostclock_time_ns(c.monotonic);
	return seq & ~1U;
}

/* If several updates were missed, the largest gap is the mean one at least. */
static void look_at_updates(struct watch *w)
{
	u32 seq, steps;
	s64 ns, gap;
	s64 now = now_ns(), late = now - w->looked_ns - LATE_MS * 1000000LL;

	w->late_ns += late > 0 ? late : 0;
	w->looked_ns = now;
	seq = newest(w, &ns);
	steps = (seq - w->seq) / 2;
	if (!steps) {
		/* Until it has come, an update may be longer ago than any was. */
		gap = now - w->ns - w->late_ns;
	} else {
		gap = (ns - w->ns) / steps - w->late_ns;
		w->late_ns = 0;
		w->updates += steps;
		w->seq = seq;
		w->ns = ns;
	}
	if (gap > w->gap_ns)
		w->gap_ns = gap;
}

static void read_clock(struct watch *w)
{
	struct hostclock_sync_quality quality;
	struct hostclock_params set;
	struct hostclock_clocks c;
	s64 before, after, page;
	u64 counter, bound;

	before = now_ns();
	counter = pages_set(&w->pages, 0, &set);
	after = now_ns();
	hostclock_clocks_at(&set, NULL, counter, &c);
	hostclock_sync_quality_at(&set, counter, &quality);
	page = hostclock_time_ns(c.monotonic);
	bound = quality.maxerror_ns < BOUND_NS ? quality.maxerror_ns : BOUND_NS;
	w->reads++;
	if (page + (s64)bound >= before && page - (s64)bound <= after)
		return;
	w->wrong++;
	printf("MONOTONIC is %lld ns off, bound %llu ns\n",
	       (long long)(page < before ? page - before : page - after),
	       (unsigned long long)bound);
}

static void look_at_guest(struct watch *w)
{
	u8 now[HOSTCLOCK_PAGE_SIZE];

	memcpy(now, w->guest, sizeof(now));
	if (!memcmp(now + GUEST_PART, w->held + GUEST_PART, sizeof(now) - GUEST_PART))
		return;
	w->changed++;
	memcpy(w->held, now, sizeof(now));
}

static void print(const struct watch *w)
{
	printf("updates %llu gap_ms %lld reads %llu wrong %llu guest %llu\n",
	       (unsigned long long)w->updates, (long long)w->gap_ns / 1000000,
	       (unsigned long long)w->reads, (unsigned long long)w->wrong,
	       (unsigned long long)w->changed);
	fflush(stdout);
}

static void watch_until_told(struct watch *w)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	for (;;) {
		if (poll(&in, 1, LOOK_MS) > 0) {
			if (read(in.fd, &c, 1) != 1)
				return;
			if (c == '?')
				print(w);
		}
		look_at_updates(w);
		read_clock(w);
		look_at_guest(w);
	}
}

int main(int argc, char **argv)
{
	static struct watch w;
	char name[4096];
	int fd;

	if (argc != 3)
		fail("usage: watch DIR VM");
	pages_open(&w.pages, argv[1]);
	snprintf(name, sizeof(name), "%s/vm/%s", argv[1], argv[2]);
	fd = open(name, O_RDONLY);
	w.guest = mmap(NULL, HOSTCLOCK_PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (fd < 0 || w.guest == MAP_FAILED)
		fail("%s: cannot map", name);
	memcpy(w.held, w.guest, sizeof(w.held));
	w.seq = newest(&w, &w.ns);
	w.looked_ns = now_ns();
	puts("watching");
	fflush(stdout);
	watch_until_told(&w);
	print(&w);
	return EXIT_SUCCESS;
}
