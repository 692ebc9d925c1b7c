/* SPDX-License-Identifier: GPL-2.0 */
/* What all of hostclockd's processes begin with; and all of it in one process. */
#ifndef HOSTCLOCKD_DAEMON_H
#define HOSTCLOCKD_DAEMON_H

#include "clock/open.h"
#include "vm/exporter.h"

/**
 * struct directory - hostclockd's, for it alone
 * @dir:	the directory
 * @vm_dir:	and its vm/
 * @lock:	kept open for as long as nobody else may have it
 */
struct directory {
	int dir;
	int vm_dir;
	int lock;
};

int daemon_directory(const char *path, struct directory *d, struct problem *why);
int daemon_pidfile(const char *file, struct problem *why);
int daemon_run(struct clock *clk, struct exporter *x, const struct clock_parts *parts);

#endif /* HOSTCLOCKD_DAEMON_H */
