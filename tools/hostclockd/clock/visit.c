// SPDX-License-Identifier: GPL-2.0
#include "accept.h"
#include "visit.h"

/**
 * visit - compare a CPU with the one this runs on
 * @cpus: where this process may run, and goes on running there
 * @cpu: the CPU; one that cannot be visited is one where nothing of ours runs
 * @rate: the TSC's
 * @step_ns: in what steps the clocks move
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int visit(struct cpus *cpus, int cpu, u64 rate, u64 step_ns, struct problem *why)
{
	struct reading here = reading_take(CLOCK_MONOTONIC_RAW), there;

	if (!cpus_go(cpus, cpu))
		return 0;
	there = reading_take(CLOCK_MONOTONIC_RAW);
	return accept_cpu(&here, &there, cpu, rate, step_ns, why);
}

/**
 * visit_all - compare all CPUs, in a circle: one that is ahead makes the next be behind
 * @cpus: where this process may run
 * @last: the CPU visited last
 * @rate: the TSC's
 * @step_ns: in what steps the clocks move
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int visit_all(struct cpus *cpus, int *last, u64 rate, u64 step_ns, struct problem *why)
{
	int first = cpus_next(cpus, -1), cpu = first, bad = 0;

	if (first < 0)
		return 0;
	cpus_go(cpus, first);
	do {
		cpu = cpus_next(cpus, cpu);
		bad = visit(cpus, cpu, rate, step_ns, why);
	} while (!bad && cpu != first);
	cpus_return(cpus);
	*last = cpu;
	return bad;
}
