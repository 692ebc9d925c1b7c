// SPDX-License-Identifier: GPL-2.0
/*
 * tscask RAM OFFSET QUESTIONS: ask the guest that runs asktsc.S, whose memory is
 * the file RAM, for its TSC, between two looks at the host's: is guest TSC - OFFSET
 * always between them?
 *
 * QEMU's rdtsc is not ordered: it may be performed before the load that saw the
 * question, by what a CPU reorders.  REORDER_TICKS allow for that.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "pages.h"

#define ANSWER_WITHIN_SEC	10
#define REORDER_TICKS		1000

struct box {
	u32 question;
	u32 answered;
	u64 tsc;
};

static void ask(struct box *box, u32 question)
{
	time_t end = time(NULL) + ANSWER_WITHIN_SEC;

	__atomic_store_n(&box->question, question, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&box->answered, __ATOMIC_SEQ_CST) != question) {
		if (time(NULL) > end)
			fail("the guest does not answer");
	}
}

int main(int argc, char **argv)
{
	u64 offset, before, after, width, best = ~0ULL;
	u32 i, count, question;
	struct box *box;
	void *ram;
	int fd;

	if (argc != 4)
		fail("usage: tscask RAM OFFSET QUESTIONS");
	fd = open(argv[1], O_RDWR);
	ram = mmap(NULL, 0x7000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || ram == MAP_FAILED)
		fail("%s: cannot map", argv[1]);
	box = ram + 0x6000;
	offset = strtoll(argv[2], NULL, 10);
	count = atoi(argv[3]);
	question = box->answered;
	for (i = 0; i < count; i++) {
		before = hostclock_rdtsc();
		ask(box, ++question);
		after = hostclock_rdtsc();
		width = after - before;
		if (box->tsc - offset - before + REORDER_TICKS > width + REORDER_TICKS)
			fail("question %u: off by %lld ticks in a bracket of %llu",
			     i, (long long)(box->tsc - offset - before), (unsigned long long)width);
		best = width < best ? width : best;
	}
	printf("%u answers, each within its bracket; the tightest is %llu ticks wide\n",
	       count, (unsigned long long)best);
	return EXIT_SUCCESS;
}
