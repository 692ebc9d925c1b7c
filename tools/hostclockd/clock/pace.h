/* SPDX-License-Identifier: GPL-2.0 */
/* How soon updates follow each other, and how far ahead they are published. */
#ifndef HOSTCLOCKD_PACE_H
#define HOSTCLOCKD_PACE_H

#include "state.h"

/*
 * How far ahead parameters are published: normally, while updates are frequent, and when
 * something has changed.
 */
#define LEAD_NS		2000000ULL
#define LEAD_QUICK_NS	1000000ULL
#define LEAD_SOON_NS	400000ULL

void pace_begin(struct clock *clk);
void pace_choose(struct clock *clk);
u64 pace_lead_ns(const struct clock *clk);

#endif /* HOSTCLOCKD_PACE_H */
