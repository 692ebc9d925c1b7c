// SPDX-License-Identifier: GPL-2.0
/* Reading the pages, wherever they were found.  See pages.h. */
#include <string.h>

#include "pages.h"

#define BUSY	"an update overtook every attempt to read it"

/* The parameters in force at a counter value: at *at, or now if at is NULL. */
static bool copy_set(const struct hostclock_clock_page *cp, u64 tsc_offset,
		     const u64 *at, struct reading *r)
{
	struct hostclock_live_wait wait = { .tries = 0 };
	int tries = HOSTCLOCK_MAX_TRIES;
	u64 delta;

	while (tries) {
		const struct hostclock_params *p;

		r->seq = hostclock_page_begin(cp);
		r->tsc = hostclock_rdtsc();
		r->counter = at ? *at : r->tsc - tsc_offset;
		p = hostclock_select(cp, r->seq, r->counter, &delta);
		r->params = READ_ONCE(*p);
		if (hostclock_live_wait(&wait, cp, r->seq, r->tsc))
			continue;
		if (!hostclock_select_retry(cp, r->seq, p))
			return true;
		tries--;
	}
	return false;
}

/* On a host, a scaled page's counter is what the unscaled page calls RAW. */
static const char *read_scaled(const struct pages *pages, struct reading *r)
{
	struct hostclock_clocks clocks;
	u64 raw;

	if (!pages->unscaled)
		return "it counts as a scaled guest does, and no unscaled page is there to tell";
	if (!copy_set(pages->unscaled, 0, NULL, r))
		return BUSY;
	hostclock_clocks_at(&r->params, NULL, r->counter, &clocks);
	raw = hostclock_time_ns(clocks.raw);
	return copy_set(pages->clock, 0, &raw, r) ? NULL : BUSY;
}

static const char *read_clock(const struct pages *pages, struct reading *r)
{
	u64 offset = pages->in_guest ? HOSTCLOCK_LE64(r->guest.tsc_offset) : 0;

	if (!hostclock_snapshot_page(pages->clock, &r->header))
		return BUSY;
	if (!pages->in_guest && r->header.format == HOSTCLOCK_FORMAT_SCALED)
		return read_scaled(pages, r);
	return copy_set(pages->clock, offset, NULL, r) ? NULL : BUSY;
}

static const char *read_guest(const struct pages *pages, struct reading *r)
{
	enum hostclock_page_error error;

	memset(&r->guest, 0, sizeof(r->guest));
	r->has_guest = pages->guest;
	if (!pages->guest)
		return NULL;
	if (!hostclock_snapshot_guest(pages->guest, &r->guest))
		return "the guest page is being written, or its writer died";
	error = hostclock_validate_guest_page(&r->guest);
	return error ? hostclock_page_strerror(error) : NULL;
}

static const char *check_set(const struct reading *r)
{
	enum hostclock_page_error error;

	error = hostclock_validate_clock_page_header(&r->header,
						     HOSTCLOCK_COUNTER_X86_TSC);
	if (!error)
		error = hostclock_validate_params(&r->header, &r->params);
	if (!error && r->has_guest)
		error = hostclock_validate_pair(&r->header, &r->params, &r->guest);
	return error ? hostclock_page_strerror(error) : NULL;
}

const char *pages_read(const struct pages *pages, struct reading *r)
{
	struct hostclock_offsets offsets;
	const char *problem = read_guest(pages, r);

	if (!problem)
		problem = read_clock(pages, r);
	if (!problem)
		problem = check_set(r);
	if (problem)
		return problem;
	offsets.mono_ns = HOSTCLOCK_LE64(r->guest.mono_offset_ns);
	offsets.raw_ns = HOSTCLOCK_LE64(r->guest.raw_offset_ns);
	hostclock_clocks_at(&r->params, &offsets, r->counter, &r->clocks);
	hostclock_sync_quality_at(&r->params, r->counter, &r->quality);
	return NULL;
}

s64 reading_clock(const struct reading *r, enum clock clock)
{
	switch (clock) {
	case REALTIME:
		return hostclock_time_ns(r->clocks.realtime);
	case TAI:
		return hostclock_time_ns(r->clocks.tai);
	case MONOTONIC:
		return hostclock_time_ns(r->clocks.monotonic);
	case BOOTTIME:
		return hostclock_time_ns(r->clocks.boottime);
	default:
		return hostclock_time_ns(r->clocks.raw);
	}
}
