/* SPDX-License-Identifier: GPL-2.0 */
/* hostclockd's processes, for whoever asks. */
#ifndef HOSTCLOCKD_TABLE_H
#define HOSTCLOCKD_TABLE_H

#include <sys/types.h>

#include <hostclock/platform.h>

enum role {
	ROLE_CLOCK,
	ROLE_ATTENDANT,
	ROLES,
};

/**
 * struct process - what is told of a process
 * @pid:	of it, 0 while there is none
 * @started_ns:	when it was started, BOOTTIME
 * @restarts:	how often one was started in the place of another
 */
struct process {
	pid_t pid;
	u64 started_ns;
	u64 restarts;
};

/**
 * struct table - the processes
 * @supervisor:	as old as hostclockd
 * @children:	by role
 * @beats:	counted by the attendant while it gets round
 *
 * Nobody relies on it: the attendant can write it.
 */
struct table {
	struct process supervisor;
	struct process children[ROLES];
	u64 beats;
};

#endif /* HOSTCLOCKD_TABLE_H */
