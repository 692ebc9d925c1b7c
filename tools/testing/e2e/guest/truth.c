// SPDX-License-Identifier: GPL-2.0
/* CLOCK_REALTIME compared with what it should be.  See truth.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include <hostclock/reader.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"
#include "truth.h"

/*
 * The page is steered, by less than this: 50 ns of measurement noise within 200 ms
 * are 0.25 ppm. And its bound is rounded to us by adjtimex().
 */
#define DRIFT_PPM	2
#define SLACK_NS	2000

/*
 * Both sets' rates differ by noise only, within some updates of 100 ms, and are far
 * from the 500 ppm at which a page catches up: two sets in a row may both do that.
 */
#define CALM_PPM	1
#define STEERED_PPM	250
#define CALM_US		20000
#define CALM_TRIES	50

static struct truth {
	bool known;
	struct page_time at;
	u32 mult;
	u32 shift;
	u64 tsc_offset;
} truth;

/* Since it was captured. */
static struct {
	unsigned int looks, synced, unsynced, wrong;
	s64 worst_ns;
	bool unsynced_now;
	long maxerror_us, highest_us;
} seen;

static s64 truth_at(u64 tsc)
{
	/* never before it was captured */
	return truth.at.real + hostclock_scale_wide(tsc - truth.at.tsc, truth.mult,
						    0, truth.shift);
}

uint64_t truth_us_of(uint64_t counts)
{
	return hostclock_scale_wide(counts, truth.mult, 0, truth.shift) / 1000;
}

uint64_t truth_counter(void)
{
	return hostclock_rdtsc() - truth.tsc_offset;
}

/* At most 2^32 * 10^6: no overflow. */
static bool within_ppm(s64 mult, s64 other, s64 ppm)
{
	return llabs(mult - other) * 1000000 <= ppm * mult;
}

/* Not catching up with something, as a page does after it was frozen? */
static bool is_calm(const struct pages *pages)
{
	const struct hostclock_params *sets = pages->clock->params;
	s64 mult = HOSTCLOCK_LE32(sets[0].mult);

	return within_ppm(mult, HOSTCLOCK_LE32(sets[1].mult), CALM_PPM) &&
	       within_ppm(mult, HOSTCLOCK_LE32(sets[0].raw_mult), STEERED_PPM);
}

void truth_capture(const char *device)
{
	const struct hostclock_params *set;
	struct pages pages;

	memset(&seen, 0, sizeof(seen));
	truth.known = false;
	if (access(device, R_OK))
		return;
	pages_open_device(&pages, device);
	for (int i = 0; i < CALM_TRIES && !is_calm(&pages); i++)
		usleep(CALM_US);
	pages_now(&pages, &truth.at);
	set = hostclock_newest(pages.clock, truth.at.seq);
	truth.mult = HOSTCLOCK_LE32(set->mult);
	truth.shift = HOSTCLOCK_LE32(set->shift);
	truth.tsc_offset = pages.tsc_offset;
	truth.known = true;
	pages_close(&pages);
}

/* Off by more than what adjtimex() allows for, right after the reading? */
static void judge(u64 before, s64 now, u64 after, s64 maxerror_ns)
{
	s64 drift = (truth_at(after) - truth.at.real) / 1000000 * DRIFT_PPM;
	s64 allowed = maxerror_ns + SLACK_NS + drift;
	s64 off = 0;

	if (now < truth_at(before) - allowed)
		off = now - truth_at(before);
	else if (now > truth_at(after) + allowed)
		off = now - truth_at(after);
	if (!off)
		return;
	seen.wrong++;
	if (llabs(off) > llabs(seen.worst_ns))
		seen.worst_ns = off;
}

void truth_look(void)
{
	bool vdso = seen.looks++ % 2;
	struct timex tx = { };
	u64 before, after;
	s64 now;
	int state;

	before = hostclock_rdtsc();
	now = vdso ? read_vdso(CLOCK_REALTIME) : read_syscall(CLOCK_REALTIME);
	after = hostclock_rdtsc();
	state = adjtimex(&tx);
	seen.maxerror_us = tx.maxerror;
	if (tx.maxerror > seen.highest_us)
		seen.highest_us = tx.maxerror;
	seen.unsynced_now = state == TIME_ERROR && (tx.status & STA_UNSYNC);
	if (seen.unsynced_now) {
		seen.unsynced++;
		return;
	}
	seen.synced++;
	if (truth.known)
		judge(before, now, after, tx.maxerror * 1000);
}

void truth_report(truth_answer *answer)
{
	answer("looks=%u\nsynced=%u\nunsynced=%u\nunsynced_now=%d\n", seen.looks,
	       seen.synced, seen.unsynced, seen.unsynced_now);
	answer("maxerror_us=%ld\nhighest_us=%ld\n", seen.maxerror_us,
	       seen.highest_us);
	answer("false=%u\nfalse_by=%lld\n", seen.wrong, (long long)seen.worst_ns);
}
