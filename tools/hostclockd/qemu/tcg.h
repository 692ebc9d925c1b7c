/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TSC offset of a QEMU that emulates its CPUs (TCG), from its own memory.
 *
 * In such a QEMU guest TSC = host TSC + cpu_ticks_offset while the VM runs, and
 * guest TSC = cpu_ticks_offset while it is stopped.  The variable stands in the
 * executable's data, between the last TSC value given to the guest (8 bytes
 * before) and the sequence count that guards both (a u32, 8 bytes behind).
 */
#ifndef HOSTCLOCKD_TCG_H
#define HOSTCLOCKD_TCG_H

#include <sys/types.h>

#include <hostclock/platform.h>

#include "base/report.h"
#include "reader.h"

/**
 * struct tcg - access to one QEMU's offset
 * @pid:	its process
 * @window:	a VM that runs is given its TSC at least once in so many ticks
 * @t0:		a TSC value of before it was started
 * @lost:	the process that hangs with it, see errand_run()
 * @fd:		its memory, or -1
 * @reader:	who reads that
 * @address:	of the offset
 * @count:	the sequence count at the last read: +4 per stop and cont
 * @value:	the value at the last read
 * @settled:	its process is known not to use KVM
 * @proven:	the address is right, by what is there
 */
struct tcg {
	pid_t pid;
	u64 window;
	u64 t0;
	pid_t *lost;
	int fd;
	struct reader reader;
	u64 address;
	u32 count;
	u64 value;
	bool settled;
	bool proven;
};

/**
 * struct tcg_state - what QEMU says
 * @running:	or stopped
 * @value:	guest TSC - host TSC if running, else the guest's TSC
 * @count:	the sequence count
 */
struct tcg_state {
	bool running;
	u64 value;
	u32 count;
};

enum tcg_result {
	TCG_OK,
	TCG_FAILED,	/* *why says it */
	TCG_GONE,	/* the process has ended */
	TCG_ELSEWHERE,	/* it is not there, so tcg_open() has to be called again */
};

/* A VM that runs reads its TSC, or QEMU does for it, at least this often. */
#define TCG_WINDOW_SEC	10

int tcg_open(struct tcg *t, struct problem *why);
void tcg_prove(struct tcg *t);
enum tcg_result tcg_read(struct tcg *t, struct tcg_state *s,
			 struct problem *why);
void tcg_close(struct tcg *t);

#endif /* HOSTCLOCKD_TCG_H */
