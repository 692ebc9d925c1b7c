// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "pages.h"

void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(EXIT_FAILURE);
}

/* As tools/hostclockd/clock/kept.c writes it. */
struct kept_file {
	char magic[8];
	u32 version;
	u32 seq;
	u8 host_id[16];
	struct {
		u64 khz;
		u64 ratio;
		u64 offset;
		u64 frac_bits;
		u64 others[8];
	} kept[2];
};

void pages_open(struct pages *p, const char *dir)
{
	struct kept_file kept;
	FILE *f;
	char name[4096];
	int fd;

	snprintf(name, sizeof(name), "%s/clock", dir);
	fd = open(name, O_RDONLY);
	p->file = mmap(NULL, PAGES * HOSTCLOCK_PAGE_SIZE, PROT_READ, MAP_SHARED,
		       fd, 0);
	if (fd < 0 || p->file == MAP_FAILED)
		fail("%s: cannot map", name);
	snprintf(name, sizeof(name), "%s/clock-state", dir);
	f = fopen(name, "r");
	if (!f || fread(&kept, sizeof(kept), 1, f) != 1)
		fail("%s: cannot read", name);
	fclose(f);
	p->scaled.ratio = kept.kept[kept.seq % 2].ratio;
	p->scaled.frac_bits = kept.kept[kept.seq % 2].frac_bits;
	p->scaled.offset = kept.kept[kept.seq % 2].offset;
}

const struct hostclock_clock_page *pages_get(const struct pages *p, int i)
{
	return p->file + i * HOSTCLOCK_PAGE_SIZE;
}

u64 pages_counter(const struct pages *p, int i, u64 tsc)
{
	const struct hostclock_clock_page *cp = pages_get(p, i);

	if (cp->format == HOSTCLOCK_FORMAT_UNSCALED)
		return tsc;
	return hostclock_tsc_to_guest(&p->scaled, tsc);
}

/* The set that holds now.  Return: the counter, read as the protocol wants it. */
u64 pages_set(const struct pages *p, int i, struct hostclock_params *set)
{
	const struct hostclock_clock_page *cp = pages_get(p, i);
	const struct hostclock_params *found;
	int tries = HOSTCLOCK_MAX_TRIES;
	u64 counter, delta;
	u32 seq;

	while (tries--) {
		seq = hostclock_page_begin(cp);
		counter = pages_counter(p, i, hostclock_rdtsc());
		found = hostclock_select(cp, seq, counter, &delta);
		*set = *found;
		if (!hostclock_select_retry(cp, seq, found))
			return counter;
	}
	fail("page %d: keeps changing", i);
}

/* The newest set's epoch. */
u64 pages_epoch(const struct hostclock_clock_page *cp)
{
	u64 epoch;
	u32 seq;

	do {
		seq = hostclock_page_begin(cp);
		epoch = HOSTCLOCK_LE64(hostclock_newest(cp, seq)->epoch);
	} while (hostclock_page_retry(cp, seq));
	return epoch;
}
