/* SPDX-License-Identifier: GPL-2.0 */
/* What all of hostclockd's processes begin with; and all of it in one process. */
#ifndef HOSTCLOCKD_DAEMON_H
#define HOSTCLOCKD_DAEMON_H

#include "clock/open.h"
#include "vm/exporter.h"

int daemon_directory(struct exporter *x, struct problem *why);
int daemon_pidfile(const char *file, struct problem *why);
int daemon_priority(int priority, struct problem *why);
int daemon_run(struct clock *clk, struct exporter *x, const struct clock_parts *parts);

#endif /* HOSTCLOCKD_DAEMON_H */
