/* SPDX-License-Identifier: GPL-2.0 */
/* Events that a script or `hostclockctl sim` asks for. */
#ifndef HOSTCLOCKD_EVENT_H
#define HOSTCLOCKD_EVENT_H

#include "clock/state.h"
#include "vm/exporter.h"
#include "simoptions.h"

#define EVENT_MAX_WORDS	16
#define EVENT_MAX_TEXT	256

void event_allow(const struct sim_options *opt, struct clock *clk);
int event_check(int argc, char **argv, struct problem *why);
int event_run(struct exporter *x, int argc, char **argv, struct problem *why);

#endif /* HOSTCLOCKD_EVENT_H */
