// SPDX-License-Identifier: GPL-2.0
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpus.h"

/* More than any kernel is built for. */
#define CPUS_MAX	8192

/**
 * struct cpus - where this process may run
 * @allowed:	the CPUs, as they were before it went to one of them
 * @away:	it is on one
 * @one:	that one
 */
struct cpus {
	cpu_set_t *allowed;
	cpu_set_t *one;
	bool away;
};

#define SET_SIZE	CPU_ALLOC_SIZE(CPUS_MAX)

/* Return: NULL if that cannot be had. */
struct cpus *cpus_open(void)
{
	struct cpus *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
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

/* Run on that CPU.  Return: false if it is gone, or not allowed any more. */
bool cpus_go(struct cpus *c, int cpu)
{
	if (!c || !learn(c) || !CPU_ISSET_S(cpu, SET_SIZE, c->allowed))
		return false;
	CPU_ZERO_S(SET_SIZE, c->one);
	CPU_SET_S(cpu, SET_SIZE, c->one);
	if (sched_setaffinity(0, SET_SIZE, c->one))
		return false;
	c->away = true;
	return true;
}

/*
 * Run where the process might before.  The kernel names only CPUs that are online, so a
 * process that might run on all of these may also run on those that come later.
 */
void cpus_return(struct cpus *c)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (!c || !c->away)
		return;
	if (online > 0 && CPU_COUNT_S(SET_SIZE, c->allowed) >= online)
		memset(c->allowed, 0xff, SET_SIZE);
	sched_setaffinity(0, SET_SIZE, c->allowed);
	c->away = false;
}
