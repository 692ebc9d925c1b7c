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

/**
 * struct tcg - access to one QEMU's offset
 * @fd:		its memory, or -1
 * @address:	of the offset
 * @count:	the sequence count at the last read: +4 per stop and cont
 * @value:	the value at the last read
 * @settled:	its process is known not to use KVM
 */
struct tcg {
	int fd;
	u64 address;
	u32 count;
	u64 value;
	bool settled;
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
};

int tcg_open(struct tcg *t, pid_t pid, u64 tick_hz, u64 t0,
	     struct problem *why);
enum tcg_result tcg_read(struct tcg *t, struct tcg_state *s,
			 struct problem *why);
void tcg_close(struct tcg *t);

#endif /* HOSTCLOCKD_TCG_H */
