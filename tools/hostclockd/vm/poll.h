/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_POLL_H
#define HOSTCLOCKD_POLL_H

#include <stdbool.h>

#include <hostclock/platform.h>

struct exporter;

/* There is nothing to poll. */
#define POLL_NEVER	(~0ULL)

u64 poll_run(struct exporter *x);

#endif /* HOSTCLOCKD_POLL_H */
