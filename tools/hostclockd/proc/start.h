/* SPDX-License-Identifier: GPL-2.0 */
/* hostclockd's children. */
#ifndef HOSTCLOCKD_START_H
#define HOSTCLOCKD_START_H

#include "base/options.h"
#include "confine.h"
#include "daemon.h"
#include "shared.h"

/**
 * struct start - what a child is started with
 * @opt:	options
 * @shared:	what the processes share
 * @user:	who the clock shall be
 * @d:		the directory
 * @lifeline:	a socket whose other end the supervisor has
 * @supervisor:	its process
 */
struct start {
	const struct options *opt;
	struct shared *shared;
	struct user user;
	struct directory d;
	int lifeline;
	pid_t supervisor;
};

/* Return: the exit status. */
int clockproc_run(const struct start *start);
int attendproc_run(const struct start *start);

#endif /* HOSTCLOCKD_START_H */
