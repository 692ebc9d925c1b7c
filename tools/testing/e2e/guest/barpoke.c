// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile guest's hands on an ivshmem device's memory.
 *
 *	barpoke list		each device: its driver, size, checksum, content
 *	barpoke scribble [S]	write garbage over all that holds a hostclock
 *				page, for S seconds (1), then say what changed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

#include "bar.h"
#include "check.h"
#include "clocks.h"

#define MAX_BARS	16

static unsigned int load32(const struct bar *bar, size_t at)
{
	return HOSTCLOCK_LE32(*(__le32 *)(bar->memory + at));
}

static const char *content(const struct bar *bar)
{
	switch (load32(bar, 0)) {
	case HOSTCLOCK_CLOCK_MAGIC:
		return "clock";
	case HOSTCLOCK_VMCLOCK_MAGIC:
		return "guest";
	default:
		return "other";
	}
}

/* FNV-1a, for one look at whether anything changed. */
static uint64_t checksum(const struct bar *bar)
{
	uint64_t sum = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < bar->size; i++)
		sum = (sum ^ READ_ONCE(bar->memory[i])) * 0x100000001b3ULL;
	return sum;
}

static void list(const struct bar *bars, int found)
{
	for (int i = 0; i < found; i++) {
		if (!bars[i].memory) {
			printf("%s driver=%s unmappable\n", bars[i].device,
			       bars[i].driver);
			continue;
		}
		printf("%s driver=%s size=%zu content=%s sum=%016llx\n",
		       bars[i].device, *bars[i].driver ? bars[i].driver : "none",
		       bars[i].size, content(&bars[i]),
		       (unsigned long long)checksum(&bars[i]));
	}
}

/* Does a word of the page's header, which never changes, keep what is written? */
static bool keeps(const struct bar *bar, size_t at)
{
	u32 *word = (u32 *)(bar->memory + at);
	u32 old = READ_ONCE(*word);
	bool kept;

	WRITE_ONCE(*word, ~old);
	kept = READ_ONCE(*word) == ~old;
	WRITE_ONCE(*word, old);
	return kept;
}

static void scribble(const struct bar *bar, int64_t for_ns)
{
	int64_t end = read_vdso(CLOCK_MONOTONIC) + for_ns;
	const char *what = content(bar);
	uint64_t writes = 0;
	char label[80];

	if (!strcmp(what, "other"))
		return;
	while (read_vdso(CLOCK_MONOTONIC) < end) {
		/* the first page whole, header, count and both sets, in each round */
		for (size_t i = 0; i < HOSTCLOCK_PAGE_SIZE; i += 8) {
			WRITE_ONCE(*(u64 *)(bar->memory + i),
				   writes++ * 0x9e3779b97f4a7c15ULL);
		}
	}
	snprintf(label, sizeof(label), "what is written to the %s page does not stay",
		 what);
	check(!keeps(bar, 4) && strcmp(content(bar), "other"), label,
	      "it did, after %llu writes", (unsigned long long)writes);
	note("%llu writes to the %s page", (unsigned long long)writes, what);
}

int main(int argc, char **argv)
{
	uint64_t seconds = argc > 2 ? number_arg(argv[2], "S") : 1;
	struct bar bars[MAX_BARS];
	int found;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		list(bars, bars_find(bars, MAX_BARS, false));
	} else if (argc > 1 && !strcmp(argv[1], "scribble")) {
		found = bars_find(bars, MAX_BARS, true);
		for (int i = 0; i < found; i++)
			if (bars[i].memory)
				scribble(&bars[i], seconds * 1000000000);
	} else {
		fprintf(stderr, "usage: barpoke list|scribble [S]\n");
		return 2;
	}
	return check_status();
}
