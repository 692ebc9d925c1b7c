// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpus.h"

/* Read while running: no more file can be opened then. */
#define ONLINE		"/sys/devices/system/cpu/online"

/* More than any kernel is built for. */
#define CPUS_MAX	8192

/**
 * struct cpus - where this process may run
 * @allowed:	the CPUs, as they were before it went to one of them
 * @online:	the kernel's list of the CPUs that are online, or -1
 * @away:	it is on one
 * @one:	that one
 */
struct cpus {
	cpu_set_t *allowed;
	cpu_set_t *one;
	int online;
	bool away;
};

#define SET_SIZE	CPU_ALLOC_SIZE(CPUS_MAX)

/* Return: NULL if that cannot be had. */
struct cpus *cpus_open(void)
{
	struct cpus *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->online = open(ONLINE, O_RDONLY | O_CLOEXEC);
	c->allowed = CPU_ALLOC(CPUS_MAX);
	c->one = CPU_ALLOC(CPUS_MAX);
	if (c->allowed && c->one)
		return c;
	cpus_close(c);
	return NULL;
}

void cpus_close(struct cpus *c)
{
	if (!c)
		return;
	if (c->allowed)
		CPU_FREE(c->allowed);
	if (c->one)
		CPU_FREE(c->one);
	if (c->online >= 0)
		close(c->online);
	free(c);
}

static bool learn(struct cpus *c)
{
	if (c->away)
		return true;
	CPU_ZERO_S(SET_SIZE, c->allowed);
	return !sched_getaffinity(0, SET_SIZE, c->allowed);
}

/* The next CPU behind @cpu where the process may run, in a circle; -1: none. */
int cpus_next(struct cpus *c, int cpu)
{
	int i, next;

	if (!c || !learn(c))
		return -1;
	for (i = 1; i <= CPUS_MAX; i++) {
		next = (cpu + i) % CPUS_MAX;
		if (CPU_ISSET_S(next, SET_SIZE, c->allowed))
			return next;
	}
	return -1;
}

/* Run on that CPU, from cpus_next().  Return: false if it is gone, or not allowed any more. */
bool cpus_go(struct cpus *c, int cpu)
{
	if (!c || !CPU_ISSET_S(cpu, SET_SIZE, c->allowed))
		return false;
	CPU_ZERO_S(SET_SIZE, c->one);
	CPU_SET_S(cpu, SET_SIZE, c->one);
	if (sched_setaffinity(0, SET_SIZE, c->one))
		return false;
	c->away = true;
	return true;
}

/* How many CPUs are online, by a list like 0-3,6; 0 if that is not known. */
static long count_online(const struct cpus *c)
{
	char list[1024], *at = list, *end;
	long first, last, n = 0;
	ssize_t len = pread(c->online, list, sizeof(list) - 1, 0);

	list[len > 0 ? len : 0] = '\0';
	for (;;) {
		first = strtol(at, &end, 10);
		if (end == at)
			return n;
		last = *end == '-' ? strtol(end + 1, &end, 10) : first;
		n += last - first + 1;
		at = end + (*end == ',');
	}
}

/*
 * Run where the process might before.  The kernel names only CPUs that are online, so a
 * process that might run on all of these may also run on those that come later.
 */
void cpus_return(struct cpus *c)
{
	long online = c ? count_online(c) : 0;

	if (!c || !c->away)
		return;
	if (online > 0 && CPU_COUNT_S(SET_SIZE, c->allowed) >= online)
		memset(c->allowed, 0xff, SET_SIZE);
	sched_setaffinity(0, SET_SIZE, c->allowed);
	c->away = false;
}
