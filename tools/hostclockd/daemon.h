/* SPDX-License-Identifier: GPL-2.0 */
/* Bringing hostclockd up and down. */
#ifndef HOSTCLOCKD_DAEMON_H
#define HOSTCLOCKD_DAEMON_H

#include "clock/exporter.h"

/**
 * struct daemon_parts - what a hostclockd for tests has instead
 * @any_clock:	the host's clocks need be no function of the TSC
 * @clock:	puts another clock in x->src once the pages are known; or NULL
 */
struct daemon_parts {
	bool any_clock;
	int (*clock)(struct exporter *x, struct problem *why);
};

int daemon_run(struct exporter *x, const struct daemon_parts *parts);

#endif /* HOSTCLOCKD_DAEMON_H */
