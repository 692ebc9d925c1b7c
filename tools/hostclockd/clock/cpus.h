/* SPDX-License-Identifier: GPL-2.0 */
/* Going from CPU to CPU. */
#ifndef HOSTCLOCKD_CPUS_H
#define HOSTCLOCKD_CPUS_H

#include <stdbool.h>

struct cpus;

struct cpus *cpus_open(void);
void cpus_close(struct cpus *c);
bool cpus_go(struct cpus *c, int cpu);
int cpus_next(struct cpus *c, int cpu);
void cpus_return(struct cpus *c);

#endif /* HOSTCLOCKD_CPUS_H */
