// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <json-c/json.h>

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

static u64 number(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value))
		fail("the exporter's state has no %s", key);
	return json_object_get_uint64(value);
}

void pages_open(struct pages *p, const char *dir)
{
	struct json_object *state;
	char name[4096];
	int fd;

	snprintf(name, sizeof(name), "%s/clock", dir);
	fd = open(name, O_RDONLY);
	p->file = mmap(NULL, PAGES * HOSTCLOCK_PAGE_SIZE, PROT_READ, MAP_SHARED,
		       fd, 0);
	if (fd < 0 || p->file == MAP_FAILED)
		fail("%s: cannot map", name);
	snprintf(name, sizeof(name), "%s/state", dir);
	state = json_object_from_file(name);
	if (!state)
		fail("%s: cannot read", name);
	p->scaled.ratio = number(state, "scaled_ratio");
	p->scaled.frac_bits = number(state, "scaled_frac_bits");
	p->scaled.offset = number(state, "scaled_offset");
	json_object_put(state);
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
