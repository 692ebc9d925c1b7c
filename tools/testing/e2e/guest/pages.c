// SPDX-License-Identifier: GPL-2.0
/* The pages as a program sees them.  See pages.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <hostclock/clocks.h>
#include <hostclock/math.h>

#include "check.h"
#include "pages.h"

static const void *map_pages(const char *path, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map;

	if (fd < 0)
		die("cannot open %s", path);
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die("cannot map %s", path);
	close(fd);
	return map;
}

/*
 * The host writes a page at a virtual machine's speed, which may be taken off its CPU meanwhile,
 * and asleep: after so many tries come pauses of 1 ms, for 10 s.
 */
#define TRIES	1000
#define PAUSES	10000

/* Whether to look again, after @tries without success. */
static bool has_patience(int tries)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	if (tries > TRIES)
		nanosleep(&pause, NULL);
	return tries < TRIES + PAUSES;
}

/* The guest page's constants, of one epoch. */
static void read_guest_page(struct pages *pages)
{
	const struct hostclock_guest_page *gp = pages->guest;
	int tries = 0;
	bool retry;
	u32 seq;

	do {
		seq = hostclock_seq_begin(&gp->seq);
		pages->guest_epoch = HOSTCLOCK_LE64(gp->epoch);
		pages->tsc_offset = HOSTCLOCK_LE64(gp->tsc_offset);
		pages->mono_offset_ns = HOSTCLOCK_LE64(gp->mono_offset_ns);
		pages->raw_offset_ns = HOSTCLOCK_LE64(gp->raw_offset_ns);
		retry = hostclock_seq_retry(&gp->seq, seq);
	} while (retry && has_patience(++tries));
	errno = EBUSY;
	if (retry)
		die("the guest page never came to rest");
}

void pages_open_device(struct pages *pages, const char *device)
{
	const char *map = map_pages(device, 2 * HOSTCLOCK_PAGE_SIZE);

	pages->guest = (const void *)map;
	pages->clock = (const void *)(map + HOSTCLOCK_PAGE_SIZE);
	errno = EPROTO;
	if (HOSTCLOCK_LE32(pages->guest->magic) != HOSTCLOCK_GUEST_MAGIC ||
	    HOSTCLOCK_LE32(pages->clock->magic) != HOSTCLOCK_CLOCK_MAGIC)
		die("%s does not map to a guest page and a clock page", device);
	read_guest_page(pages);
}

void pages_close(struct pages *pages)
{
	munmap((void *)pages->guest, 2 * HOSTCLOCK_PAGE_SIZE);
}

bool pages_are_old(const struct pages *pages)
{
	return HOSTCLOCK_LE64(pages->guest->epoch) != pages->guest_epoch;
}

bool pages_renew(struct pages *pages, const char *device)
{
	if (pages->guest && !pages_are_old(pages))
		return false;
	if (pages->guest)
		pages_close(pages);
	pages_open_device(pages, device);
	return true;
}

static bool is_wanted(const struct hostclock_clock_page *cp, u8 smear)
{
	return HOSTCLOCK_LE32(cp->magic) == HOSTCLOCK_CLOCK_MAGIC &&
	       READ_ONCE(cp->format) == HOSTCLOCK_FORMAT_UNSCALED &&
	       READ_ONCE(cp->smear) == smear;
}

void pages_open_file(struct pages *pages, const char *file, u8 smear)
{
	struct stat st;
	const char *map;

	if (stat(file, &st))
		die("cannot look at %s", file);
	map = map_pages(file, st.st_size);
	for (off_t at = 0; at + HOSTCLOCK_PAGE_SIZE <= st.st_size;
	     at += HOSTCLOCK_PAGE_SIZE) {
		*pages = (struct pages){ .clock = (const void *)(map + at) };
		if (is_wanted(pages->clock, smear))
			return;
	}
	errno = ENOENT;
	die("%s has no unscaled clock page of smear %u", file, smear);
}

static void read_set(const struct hostclock_params *p, u64 delta,
		     struct page_time *t)
{
	u16 flags = HOSTCLOCK_LE16(p->flags);
	u64 mono = hostclock_params_ns(p, HOSTCLOCK_MONO, delta);
	u64 base = hostclock_params_ns(p, HOSTCLOCK_MONO, 0);

	t->epoch = HOSTCLOCK_LE64(p->epoch);
	t->mono = mono;
	t->raw = hostclock_params_ns(p, HOSTCLOCK_RAW, delta);
	t->real = mono + HOSTCLOCK_LE64(p->wall_offset_ns);
	t->boot = mono + HOSTCLOCK_LE64(p->boot_offset_ns);
	t->tai = t->real + (s32)HOSTCLOCK_LE32(p->tai_offset_sec) *
			   (s64)HOSTCLOCK_NSEC_PER_SEC;
	t->tai_valid = flags & HOSTCLOCK_PARAMS_TAI_VALID;
	t->status = READ_ONCE(p->status);
	t->age = mono - base;
	t->maxerror = HOSTCLOCK_LE64(p->maxerror_ns);
	t->maxerror_rate_ppb = HOSTCLOCK_LE32(p->maxerror_rate_ppb);
}

bool pages_same_set(const struct page_time *before, const struct page_time *after)
{
	return before->seq == after->seq && before->newest == after->newest;
}

u64 pages_maxerror(const struct page_time *t)
{
	return hostclock_add_sat(t->maxerror,
				 hostclock_error_growth(t->age,
							t->maxerror_rate_ppb));
}

static void read_pages(const struct pages *pages, const u64 *tsc,
		       struct page_time *t)
{
	int tries = 0;
	bool retry;

	do {
		const struct hostclock_params *p;
		u64 delta;

		t->seq = hostclock_page_begin(pages->clock);
		t->tsc = tsc ? *tsc : hostclock_rdtsc();
		p = hostclock_select(pages->clock, t->seq,
				     t->tsc - pages->tsc_offset, &delta);
		read_set(p, delta, t);
		t->newest = p == hostclock_newest(pages->clock, t->seq);
		retry = hostclock_select_retry(pages->clock, t->seq, p) ||
			hostclock_live_retry(pages->clock, t->seq);
	} while (retry && has_patience(++tries));
	errno = EBUSY;
	if (retry)
		die("the clock page never came to rest");
	t->mono += pages->mono_offset_ns;
	t->boot += pages->mono_offset_ns;
	t->raw += pages->raw_offset_ns;
}

void pages_now(const struct pages *pages, struct page_time *t)
{
	read_pages(pages, NULL, t);
}

void pages_at(const struct pages *pages, u64 tsc, struct page_time *t)
{
	read_pages(pages, &tsc, t);
}

s64 page_clock(const struct page_time *t, clockid_t id)
{
	switch (id) {
	case CLOCK_REALTIME:
		return t->real;
	case CLOCK_MONOTONIC:
		return t->mono;
	case CLOCK_MONOTONIC_RAW:
		return t->raw;
	case CLOCK_BOOTTIME:
		return t->boot;
	case CLOCK_TAI:
		return t->tai;
	default:
		return -1;
	}
}
