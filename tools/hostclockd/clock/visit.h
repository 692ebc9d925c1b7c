/* SPDX-License-Identifier: GPL-2.0 */
/* Do the host's CPUs have one TSC? */
#ifndef HOSTCLOCKD_VISIT_H
#define HOSTCLOCKD_VISIT_H

#include "base/report.h"
#include "cpus.h"
#include "reading.h"

int visit(struct cpus *cpus, int cpu, u64 rate, u64 step_ns, struct problem *why);
int visit_all(struct cpus *cpus, int *last, u64 rate, u64 step_ns, struct problem *why);

#endif /* HOSTCLOCKD_VISIT_H */
