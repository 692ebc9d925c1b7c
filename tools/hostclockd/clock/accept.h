/* SPDX-License-Identifier: GPL-2.0 */
/* Are the host's clocks a function of the TSC?  Judged by readings alone. */
#ifndef HOSTCLOCKD_ACCEPT_H
#define HOSTCLOCKD_ACCEPT_H

#include "base/report.h"
#include "reading.h"

#define ACCEPT_READINGS	32
/* Judge nothing by fewer readings, or by a shorter time. */
#define ACCEPT_LEAST	4
#define ACCEPT_SPAN_NS	200000000ULL
/* What rounding two readings down to whole ns can add to a bracket. */
#define ROUNDING_NS	2

/**
 * struct line - a clock that is a linear function of the TSC
 * @first, @last:	readings that it goes through
 * @rate:		ns per tick
 */
struct line {
	struct reading first;
	struct reading last;
	u64 rate;
};

/**
 * struct evidence - what was measured of the host's clocks
 * @name:		the clocksource, as the kernel calls it
 * @cost:		how long reading a clock takes
 * @step_ns:		in what steps the clocks move; 0: none that is seen
 * @max_slew_ppb:	how fast MONOTONIC's rate may change
 * @count:		readings of each clock, oldest first
 * @raw, @mono:		the readings
 */
struct evidence {
	char name[32];
	struct costs cost;
	u64 step_ns;
	u64 max_slew_ppb;
	unsigned int count;
	struct reading raw[ACCEPT_READINGS];
	struct reading mono[ACCEPT_READINGS];
};

u64 reading_half_ns(const struct reading *r, u64 rate);
void line_through(struct line *line, const struct reading *first,
		  const struct reading *last);
s64 line_off_ns(const struct line *line, const struct reading *r);
u64 line_allows_ns(const struct line *line, const struct reading *r);

void evidence_begin(struct evidence *e, const char *name, u64 max_slew_ppb);
void evidence_add(struct evidence *e, const struct reading *raw,
		  const struct reading *mono);
void evidence_line(const struct evidence *e, struct line *line);
bool evidence_suffices(const struct evidence *e);

bool accept_cost_narrow(const struct costs *c);
int accept_judge(const struct evidence *e, struct problem *why);
int accept_cpu(const struct reading *here, const struct reading *there, int cpu,
	       u64 rate, u64 step_ns, struct problem *why);

#endif /* HOSTCLOCKD_ACCEPT_H */
