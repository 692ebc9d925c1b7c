// SPDX-License-Identifier: GPL-2.0
/*
 * pagecheck DIR SECONDS [freerunning | again]: is every clock of every page within
 * the page's own error bound of what the kernel says just before and just after, and
 * are they synchronized (or freerunning)?  RAW is not checked if they are freerunning
 * or were: it has no bound, and takes its time to get back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hostclock/clocks.h>
#include <hostclock/validate.h>

#include "pages.h"

#define SEC	1000000000LL

/* RAW is not covered by a page's bound; a scaled page's drifts by 0.1 ppm. */
#define RAW_BOUND_NS	2000

static u8 want_status = HOSTCLOCK_STATUS_SYNCHRONIZED;
static bool again;

struct worst {
	s64 off_ns;
	u64 bound_ns;
	u64 min_bound_ns;
	u64 readings;
};

static s64 now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

static s64 pick(const struct hostclock_clocks *c, clockid_t id)
{
	switch (id) {
	case CLOCK_REALTIME:
		return hostclock_time_ns(c->realtime);
	case CLOCK_MONOTONIC:
		return hostclock_time_ns(c->monotonic);
	case CLOCK_BOOTTIME:
		return hostclock_time_ns(c->boottime);
	default:
		return hostclock_time_ns(c->raw);
	}
}

static void read_page(const struct pages *p, int i, struct hostclock_clocks *c,
		      struct hostclock_sync_quality *quality)
{
	enum hostclock_page_error error;
	struct hostclock_params set;
	u64 counter;

	counter = pages_set(p, i, &set);
	error = hostclock_validate_params(pages_get(p, i), &set);
	if (error != HOSTCLOCK_PAGE_OK)
		fail("page %d: %s", i, hostclock_page_strerror(error));
	if (set.status != want_status)
		fail("page %d: status %d, not %d", i, set.status, want_status);
	hostclock_clocks_at(&set, NULL, counter, c);
	hostclock_sync_quality_at(&set, counter, quality);
}

static void check(const struct pages *p, int i, clockid_t id, struct worst *w)
{
	bool synced = want_status == HOSTCLOCK_STATUS_SYNCHRONIZED;
	struct hostclock_sync_quality quality;
	struct hostclock_clocks c;
	s64 before, after, off = 0, page;
	u64 bound;

	if (again && id == CLOCK_MONOTONIC_RAW)
		return;
	before = now_ns(id);
	read_page(p, i, &c, &quality);
	after = now_ns(id);
	page = pick(&c, id);
	if (page < before)
		off = page - before;
	else if (page > after)
		off = page - after;
	bound = id == CLOCK_MONOTONIC_RAW ? RAW_BOUND_NS : quality.maxerror_ns;
	if (llabs(off) > (s64)bound)
		fail("page %d clock %d: off by %lld ns, bound %llu", i, id,
		     (long long)off, (unsigned long long)bound);
	if (quality.synchronized != synced)
		fail("page %d: synchronized is %d", i, quality.synchronized);
	if (llabs(off) > llabs(w->off_ns))
		w->off_ns = off;
	if (bound > w->bound_ns)
		w->bound_ns = bound;
	if (!w->readings++ || bound < w->min_bound_ns)
		w->min_bound_ns = bound;
}

int main(int argc, char **argv)
{
	static const clockid_t ids[] = { CLOCK_REALTIME, CLOCK_MONOTONIC,
					 CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW };
	struct worst worst[4] = { { 0 } };
	struct pages p;
	s64 end;
	int i, k;

	again = argc == 4;
	if (again && !strcmp(argv[3], "freerunning"))
		want_status = HOSTCLOCK_STATUS_FREERUNNING;
	else if (argc != 3 && !(again && !strcmp(argv[3], "again")))
		fail("usage: pagecheck DIR SECONDS [freerunning | again]");
	pages_open(&p, argv[1]);
	end = now_ns(CLOCK_MONOTONIC) + atoi(argv[2]) * SEC;
	do {
		for (i = 0; i < PAGES; i++) {
			for (k = 0; k < 4; k++)
				check(&p, i, ids[k], &worst[k]);
		}
	} while (now_ns(CLOCK_MONOTONIC) < end);
	for (k = 0; k < 4; k++) {
		printf("clock %d: %llu readings, beyond the kernel's bracket by %lld ns at most;",
		       ids[k], (unsigned long long)worst[k].readings,
		       (long long)worst[k].off_ns);
		printf(" bounds %llu to %llu ns\n",
		       (unsigned long long)worst[k].min_bound_ns,
		       (unsigned long long)worst[k].bound_ns);
	}
	return EXIT_SUCCESS;
}
