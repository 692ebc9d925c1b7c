/* SPDX-License-Identifier: GPL-2.0 */
/* Updating the clock pages. */
#ifndef HOSTCLOCKD_UPDATE_H
#define HOSTCLOCKD_UPDATE_H

#include "exporter.h"

/* How far ahead parameters are published: normally, and when something has changed. */
#define LEAD_NS		2000000ULL
#define LEAD_SOON_NS	400000ULL

int update_run(struct exporter *x, u64 lead_ns, struct problem *why);
bool update_continues(struct exporter *x);

#endif /* HOSTCLOCKD_UPDATE_H */
