/* SPDX-License-Identifier: GPL-2.0 */
/* What both of hostclockd's children do. */
#ifndef HOSTCLOCKD_CHILD_H
#define HOSTCLOCKD_CHILD_H

#include <sys/types.h>

#include "base/report.h"

/* What a child says to its supervisor, a byte: it does what it is for. */
#define CHILD_READY	'R'

int child_begin(const char *name, int lifeline, struct problem *why);
int child_bound(pid_t supervisor, struct problem *why);
void child_ready(void);
void child_nothing(void *arg);

#endif /* HOSTCLOCKD_CHILD_H */
