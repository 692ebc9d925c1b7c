// SPDX-License-Identifier: GPL-2.0
/* Comparing the kernel's clocks with the pages, and judging what was found. */
#include <string.h>
#include <time.h>

#include "report.h"

/* More brackets give tighter bounds; these take about 100 us. */
#define BRACKETS	32

const char *const clock_titles[CLOCKS] = {
	[REALTIME] = "REALTIME",
	[TAI] = "TAI",
	[MONOTONIC] = "MONOTONIC",
	[BOOTTIME] = "BOOTTIME",
	[RAW] = "MONOTONIC_RAW",
};

const char *const clock_keys[CLOCKS] = {
	[REALTIME] = "realtime",
	[TAI] = "tai",
	[MONOTONIC] = "monotonic",
	[BOOTTIME] = "boottime",
	[RAW] = "raw",
};

static const clockid_t clock_ids[CLOCKS] = {
	[REALTIME] = CLOCK_REALTIME,
	[TAI] = CLOCK_TAI,
	[MONOTONIC] = CLOCK_MONOTONIC,
	[BOOTTIME] = CLOCK_BOOTTIME,
	[RAW] = CLOCK_MONOTONIC_RAW,
};

bool comparison_exact(const struct comparison *c)
{
	return c->low_ns <= 0 && 0 <= c->high_ns;
}

bool comparison_within(const struct comparison *c, u64 bound_ns)
{
	s64 bound = bound_ns < INT64_MAX ? bound_ns : INT64_MAX;

	return c->low_ns <= bound && -bound <= c->high_ns;
}

static const char *compare(const struct pages *pages, enum clock clock,
			   struct comparison *c)
{
	struct reading before, after;
	const char *problem;
	struct timespec ts;

	c->low_ns = INT64_MIN;
	c->high_ns = INT64_MAX;
	for (int i = 0; i < BRACKETS; i++) {
		s64 low, high;

		problem = pages_read(pages, &before);
		clock_gettime(clock_ids[clock], &ts);
		if (!problem)
			problem = pages_read(pages, &after);
		if (problem)
			return problem;
		c->value_ns = (s64)ts.tv_sec * (s64)HOSTCLOCK_NSEC_PER_SEC +
			      ts.tv_nsec;
		high = c->value_ns - reading_clock(&before, clock);
		low = c->value_ns - reading_clock(&after, clock);
		if (low > c->low_ns)
			c->low_ns = low;
		if (high < c->high_ns)
			c->high_ns = high;
	}
	return NULL;
}

static const char *judge_page(const struct reading *r)
{
	if (!r->quality.valid)
		return "the page's time of validity has passed: is the exporter running?";
	if (!r->quality.synchronized)
		return "not synchronized: see `hostclockctl status` on the host";
	return NULL;
}

bool report_clocksource_ours(const struct report *r)
{
	return !strncmp(r->kernel.clocksource, "hostclock", strlen("hostclock"));
}

static const char *judge_guest(const struct report *r)
{
	if (!strcmp(r->kernel.mode, "ptp"))
		return NULL;
	if (!report_clocksource_ours(r)) {
		if (r->kernel.reason[0] && strcmp(r->kernel.reason, "none"))
			return r->kernel.reason;
		return "hostclock is not the kernel's clocksource";
	}
	if (strcmp(r->kernel.mode, "follow"))
		return NULL;
	if (!strcmp(r->kernel.wall, "detached"))
		return "REALTIME or TAI was set or steered in the guest: detached";
	if (!comparison_exact(&r->clocks[REALTIME]))
		return "CLOCK_REALTIME is not the page's";
	/* An unpatched one is told late, or cannot be. */
	if (!r->kernel.ntp_synchronized && strcmp(r->kernel.core, "stock"))
		return "the kernel says its clock is not synchronized";
	return NULL;
}

static const char *judge_host(const struct report *r)
{
	/* A smeared page differs from the host's clock by intention. */
	if (r->reading.header.smear != HOSTCLOCK_SMEAR_STRICT)
		return NULL;
	if (!comparison_within(&r->clocks[REALTIME], r->reading.quality.maxerror_ns))
		return "the page is farther from CLOCK_REALTIME than it says";
	return NULL;
}

void report_make(struct report *r, const struct pages *pages, const char *device)
{
	memset(r, 0, sizeof(*r));
	r->pages = pages;
	kernel_read(&r->kernel, pages->in_guest ? device : NULL);
	r->problem = pages_read(pages, &r->reading);
	for (int i = 0; i < CLOCKS && !r->problem; i++)
		r->problem = compare(pages, i, &r->clocks[i]);
	r->error = r->problem;
	if (!r->error)
		r->error = judge_page(&r->reading);
	if (!r->error)
		r->error = pages->in_guest ? judge_guest(r) : judge_host(r);
}
