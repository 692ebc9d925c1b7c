/* SPDX-License-Identifier: GPL-2.0 */
/* What happens when. */
#ifndef HOSTCLOCKD_SCHEDULE_H
#define HOSTCLOCKD_SCHEDULE_H

#include "clock/exporter.h"

int schedule_open(struct exporter *x, struct problem *why);
void schedule_now(struct exporter *x);
void schedule_epochs(unsigned int hz);

#endif /* HOSTCLOCKD_SCHEDULE_H */
