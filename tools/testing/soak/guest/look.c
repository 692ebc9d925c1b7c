// SPDX-License-Identifier: GPL-2.0
/* What the pages say at one instant.  See look.h. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hostclock/clocks.h>
#include <hostclock/math.h>
#include <hostclock/validate.h>

#include "look.h"

#define TRIES	100

bool look_open(struct looker *l)
{
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	const void *map;

	memset(l, 0, sizeof(*l));
	if (fd < 0)
		return false;
	map = mmap(NULL, 2 * HOSTCLOCK_PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return false;
	l->page = map;
	l->clock = map + HOSTCLOCK_PAGE_SIZE;
	return true;
}

void look_close(struct looker *l)
{
	munmap((void *)l->page, 2 * HOSTCLOCK_PAGE_SIZE);
}

static bool guest_changed(const struct looker *l)
{
	return HOSTCLOCK_LE32(l->page->seq) != l->guest_seq ||
	       HOSTCLOCK_LE64(l->page->epoch) != HOSTCLOCK_LE64(l->guest.epoch);
}

/* One that is being written, for ever maybe, holds as long as its epoch does. */
static void look_at_guest(struct looker *l)
{
	struct hostclock_guest_page copy;

	if (!guest_changed(l))
		return;
	l->guest_seq = HOSTCLOCK_LE32(l->page->seq);
	if (hostclock_snapshot_guest(l->page, &copy)) {
		l->guest = copy;
		l->guest_valid = hostclock_validate_guest_page(&copy) ==
				 HOSTCLOCK_PAGE_OK;
	} else {
		l->guest_valid &= HOSTCLOCK_LE64(l->page->epoch) ==
				  HOSTCLOCK_LE64(l->guest.epoch);
	}
}

/* One try.  True: nothing was changed meanwhile. */
static bool look_once(struct looker *l, struct look *now, u64 *delta)
{
	const struct hostclock_params *p;
	u64 counter;

	look_at_guest(l);
	now->seq = hostclock_page_begin(l->clock);
	now->tsc = hostclock_rdtsc();
	counter = now->tsc - HOSTCLOCK_LE64(l->guest.tsc_offset);
	p = hostclock_select(l->clock, now->seq, counter, delta);
	now->set = *p;
	now->valid = l->guest_valid && !hostclock_before_first(p, counter);
	return !hostclock_select_retry(l->clock, now->seq, p) && !guest_changed(l);
}

static bool set_valid(struct looker *l, const struct hostclock_params *set)
{
	u64 cycle_last = HOSTCLOCK_LE64(set->cycle_last);

	if (HOSTCLOCK_LE32(l->clock->magic) != HOSTCLOCK_CLOCK_MAGIC)
		return false;
	if (cycle_last != l->checked) {
		l->checked = cycle_last;
		l->set_valid = hostclock_validate_params(l->clock, set) ==
			       HOSTCLOCK_PAGE_OK;
	}
	return l->set_valid;
}

void look(struct looker *l, struct look *now)
{
	int tries = TRIES;
	u64 delta, mono, age, growth;

	while (!look_once(l, now, &delta) && --tries)
		;
	now->valid &= tries && set_valid(l, &now->set);
	now->guest = l->guest;
	mono = hostclock_params_ns(&now->set, HOSTCLOCK_MONO, delta);
	age = mono - hostclock_params_ns(&now->set, HOSTCLOCK_MONO, 0);
	now->real = mono + HOSTCLOCK_LE64(now->set.wall_offset_ns);
	growth = hostclock_error_growth(age, HOSTCLOCK_LE32(now->set.maxerror_rate_ppb));
	now->bound_ns = hostclock_add_sat(HOSTCLOCK_LE64(now->set.maxerror_ns), growth);
}

s64 look_tai(const struct look *at)
{
	return at->real + (s32)HOSTCLOCK_LE32(at->set.tai_offset_sec) *
			  (s64)HOSTCLOCK_NSEC_PER_SEC;
}

bool look_same(const struct look *a, const struct look *b)
{
	return a->valid && b->valid && clock_epoch(a) == clock_epoch(b) &&
	       guest_epoch(a) == guest_epoch(b);
}

bool look_changed(const struct look *a, const struct look *b)
{
	return a->valid != b->valid || (a->valid && !look_same(a, b));
}
