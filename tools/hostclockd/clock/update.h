/* SPDX-License-Identifier: GPL-2.0 */
/* Updating the clock pages. */
#ifndef HOSTCLOCKD_UPDATE_H
#define HOSTCLOCKD_UPDATE_H

#include "pace.h"
#include "state.h"

int update_run(struct clock *clk, u64 lead_ns, struct problem *why);
bool update_continues(struct clock *clk);

#endif /* HOSTCLOCKD_UPDATE_H */
