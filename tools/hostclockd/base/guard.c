// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <linux/hostclock-abi.h>

#include "guard.h"

/* More than three for each VM. */
#define GUARDED_MAX	3100

/*
 * struct guarded - a mapping
 * @map:	where it begins
 * @size:	its bytes
 * @lost:	a page of it is not the file's any more
 *
 * The handler runs in the middle of a store into one of them, and at no other time.
 */
static struct guarded {
	void *map;
	size_t size;
	volatile sig_atomic_t lost;
} guarded[GUARDED_MAX];
static unsigned int used;
static volatile sig_atomic_t faults;

static struct guarded *find(const void *at)
{
	unsigned int i;

	for (i = 0; i < used; i++) {
		if ((uintptr_t)at - (uintptr_t)guarded[i].map < guarded[i].size)
			return &guarded[i];
	}
	return NULL;
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
	uintptr_t page = (uintptr_t)info->si_addr & ~(HOSTCLOCK_PAGE_SIZE - 1UL);
	struct guarded *g = find(info->si_addr);

	(void)context;
	if (g && mmap((void *)page, HOSTCLOCK_PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
		g->lost = true;
		faults++;
		return;
	}
	/* Not ours: it is repeated, and kills. */
	signal(signal_number, SIG_DFL);
}

/* Before main(): a process that may not call sigaction() any more has it as well. */
static void __attribute__((constructor)) install(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &action, NULL);
}

int guard_add(void *map, size_t size, struct problem *why)
{
	if (used == GUARDED_MAX)
		return problem_set(why, "there are %d page files, the most there can be",
				   GUARDED_MAX);
	guarded[used++] = (struct guarded){ map, size, false };
	return 0;
}

void guard_remove(void *map)
{
	struct guarded *g = find(map);

	if (g)
		*g = guarded[--used];
}

/* Has a page of the mapping been replaced? */
bool guard_lost(const void *map)
{
	const struct guarded *g = find(map);

	return g && g->lost;
}

/* The file has been mapped there again. */
void guard_mended(const void *map)
{
	struct guarded *g = find(map);

	if (g)
		g->lost = false;
}

/* How many pages have been replaced, ever. */
unsigned int guard_count(void)
{
	return faults;
}
