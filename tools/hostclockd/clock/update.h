/* SPDX-License-Identifier: GPL-2.0 */
/* Updating the clock pages. */
#ifndef HOSTCLOCKD_UPDATE_H
#define HOSTCLOCKD_UPDATE_H

#include "state.h"

/* How far ahead parameters are published: normally, and when something has changed. */
#define LEAD_NS		2000000ULL
#define LEAD_SOON_NS	400000ULL

int update_run(struct clock *clk, u64 lead_ns, struct problem *why);
bool update_continues(struct clock *clk);

#endif /* HOSTCLOCKD_UPDATE_H */
