/* SPDX-License-Identifier: GPL-2.0 */
/* hostclockd-sim's command line: hostclockd's, and what is for tests. */
#ifndef HOSTCLOCKD_SIM_OPTIONS_H
#define HOSTCLOCKD_SIM_OPTIONS_H

#include "base/options.h"

/**
 * struct sim_options - how hostclockd-sim was called
 * @sim:	simulated clock
 * @icount:	and a static one in terms of the guest's own counter
 * @realtime_set: it starts at @realtime_ns
 * @realtime_ns: REALTIME
 * @faults:	fault injection allowed without @sim
 * @script:	or NULL
 */
struct sim_options {
	bool sim;
	bool icount;
	bool realtime_set;
	s64 realtime_ns;
	bool faults;
	const char *script;
};

void sim_options_parse(int argc, char **argv, struct options *opt,
		       struct sim_options *sim);

#endif /* HOSTCLOCKD_SIM_OPTIONS_H */
