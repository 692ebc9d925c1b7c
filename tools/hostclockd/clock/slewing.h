/* SPDX-License-Identifier: GPL-2.0 */
/* How fast MONOTONIC runs, which changes while the host slews it. */
#ifndef HOSTCLOCKD_SLEWING_H
#define HOSTCLOCKD_SLEWING_H

#include "base/report.h"
#include "reading.h"

/* Past readings kept for the rate, one per update. */
#define SLEWING_READINGS	8
/* Changes of the rate that are let pass: in 100 ms they make 1 us. */
#define SLEWING_LET_PASS_PPB	10000

/**
 * struct slewing - MONOTONIC's rate
 * @max_ppb:	--max-slew: how far it is expected to be from RAW's
 * @most_ppb:	how far it has been since @since_tsc,
 * @before_ppb:	and in the time before that
 * @since_tsc:	half a minute ago at most
 * @count:	readings
 * @readings:	of MONOTONIC, oldest first
 * @rate:	at the last of them
 * @changed:	the last one shows that the rate has changed by more than is let pass
 */
struct slewing {
	u64 max_ppb;
	u64 most_ppb;
	u64 before_ppb;
	u64 since_tsc;
	unsigned int count;
	struct reading readings[SLEWING_READINGS];
	u64 rate;
	bool changed;
};

void slewing_begin(struct slewing *m, const struct reading *readings, unsigned int count,
		   u64 raw_rate);
u64 slewing_change_ppb(const struct slewing *m, u64 raw_rate);
int slewing_check(const struct slewing *m, const struct reading *now, u64 error_ns,
		  u64 raw_rate, struct problem *why);
void slewing_learn(struct slewing *m, const struct reading *now, u64 error_ns, u64 raw_rate);

#endif /* HOSTCLOCKD_SLEWING_H */
