/* SPDX-License-Identifier: GPL-2.0 */
/* What a restarted clock needs in addition to the pages.  Valid until the host reboots. */
#ifndef HOSTCLOCKD_KEPT_H
#define HOSTCLOCKD_KEPT_H

#include "state.h"

#define KEPT_FILE	"clock-state"

int kept_open(struct clock *clk, int dir, struct problem *why);
void kept_write(const struct clock *clk);

#endif /* HOSTCLOCKD_KEPT_H */
