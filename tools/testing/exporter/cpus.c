// SPDX-License-Identifier: GPL-2.0
/*
 * Visiting CPUs that come and go: the exporter's own visiting, of a made-up kernel with
 * 4 CPUs.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock/cpus.h"

#define POSSIBLE	0xfUL

/* Where the process may run, and what is online: a bit for each CPU. */
static unsigned long affinity, online;
static bool failed;

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	unsigned long may = affinity & online;

	(void)pid;
	memset(set, 0, size);
	memcpy(set, &may, sizeof(may));
	return 0;
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	unsigned long want;

	(void)pid;
	(void)size;
	memcpy(&want, set, sizeof(want));
	if (!(want & online)) {
		errno = EINVAL;
		return -1;
	}
	affinity = want & POSSIBLE;
	return 0;
}

/* The kernel's list of CPUs that are online, in its longest form. */
ssize_t pread(int fd, void *list, size_t size, off_t offset)
{
	size_t len = 0;
	int cpu;

	(void)fd;
	(void)offset;
	for (cpu = 0; cpu < 64; cpu++) {
		if (online >> cpu & 1)
			len += snprintf((char *)list + len, size - len, "%s%d",
					len ? "," : "", cpu);
	}
	return len;
}

/* Go once round.  Return: the CPUs that were visited. */
static unsigned long round_trip(struct cpus *c)
{
	unsigned long seen = 0;
	int i, cpu = -1;

	for (i = 0; i < 8; i++) {
		cpu = cpus_next(c, cpu);
		if (cpu >= 0 && cpus_go(c, cpu))
			seen |= affinity;
		cpus_return(c);
	}
	return seen;
}

static void result(const char *name, unsigned long seen, unsigned long want)
{
	printf("%sok - %s", seen == want ? "" : "not ", name);
	if (seen != want)
		printf(": CPUs %#lx, not %#lx", seen, want);
	putchar('\n');
	failed |= seen != want;
}

int main(void)
{
	struct cpus *c = cpus_open();

	affinity = POSSIBLE;
	online = 0x3;
	result("CPUs that are online are visited", round_trip(c), 0x3);
	online = 0x7;
	result("one that comes later, too", round_trip(c), 0x7);
	online = 0x5;
	result("one that has gone is not", round_trip(c), 0x5);
	online = 0x7;
	result("until it is back", round_trip(c), 0x7);
	affinity = 0x6;
	result("nor one where the process may not run", round_trip(c), 0x6);
	online = 0xf;
	result("which remains so", round_trip(c), 0x6);
	result("and may run where it might before", affinity, 0x6);
	cpus_close(c);
	return failed;
}
