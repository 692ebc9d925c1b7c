/* SPDX-License-Identifier: GPL-2.0 */
/* How the host's MONOTONIC and RAW relate to its TSC, and whether they do. */
#ifndef HOSTCLOCKD_RELATION_H
#define HOSTCLOCKD_RELATION_H

#include "accept.h"
#include "clock.h"
#include "cpus.h"
#include "slewing.h"

/**
 * struct relation - MONOTONIC and RAW as functions of the TSC
 * @name_fd:	the kernel's name for the clocksource, or -1
 * @name_tsc:	when that was last read
 * @cpus:	where this process may run, or NULL
 * @cpu:	the CPU visited last
 * @visit_tsc:	when that was
 * @polls:	how often it was polled
 * @slow:	how often in a row a reading took too long
 * @slow_tsc:	when it last did
 * @by_call:	every reading takes a system call
 * @holds:	they are functions of the TSC, as far as is known
 * @told:	it has been logged that only a restart helps
 * @why:	why not, if they are not
 * @seen:	measured for the judgement
 * @raw:	RAW, never slewed: the longer the baseline the better
 * @mono:	MONOTONIC, which is
 * @from:	while it does not hold: where the pages go on from
 * @error_ns:	and how far off they are seen to be
 */
struct relation {
	int name_fd;
	u64 name_tsc;
	struct cpus *cpus;
	int cpu;
	u64 visit_tsc;
	unsigned int polls;
	unsigned int slow;
	u64 slow_tsc;
	bool by_call;
	bool holds;
	bool told;
	struct problem why;
	struct evidence seen;
	struct line raw;
	struct slewing mono;
	struct clock_sample from;
	u64 error_ns;
};

int relation_open(struct relation *r, u64 max_slew_ppb, bool any,
		  struct problem *why);
void relation_poll(struct relation *r, struct clock_sample *s);
void relation_close(struct relation *r);

#endif /* HOSTCLOCKD_RELATION_H */
