/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_OPTIONS_H
#define HOSTCLOCKD_OPTIONS_H

#include <hostclock/platform.h>

/**
 * struct options - how hostclockd was called
 * @dir:		directory of the pages and the socket
 * @interval_ns:	time between two updates
 * @smear:		kind of the smeared pages, HOSTCLOCK_SMEAR_*
 * @valid_ns:		how long a page may be extrapolated
 * @max_slew_ppb:	how far from its rate a clock is steered, and how far
 *			the host's is expected to be
 * @leap_list:		leap second list, or NULL for tzdata's
 * @pidfile:		or NULL
 * @priority:		real-time priority, or 0 for none
 * @script:		or NULL
 * @require_utc:	status follows the host kernel's NTP state
 * @sim:		simulated clock
 * @sim_icount:		and a static one in terms of the guest's own counter
 * @sim_realtime_ns:	where it starts, if sim_realtime_set
 * @faults:		fault injection allowed without @sim
 * @kvm_debugfs:	KVM's directory in debugfs
 */
struct options {
	const char *dir;
	u64 interval_ns;
	u8 smear;
	u64 valid_ns;
	u64 max_slew_ppb;
	const char *leap_list;
	const char *pidfile;
	int priority;
	const char *script;
	bool require_utc;
	bool sim;
	bool sim_icount;
	bool sim_realtime_set;
	s64 sim_realtime_ns;
	bool faults;
	const char *kvm_debugfs;
};

void options_parse(int argc, char **argv, struct options *opt);

#endif /* HOSTCLOCKD_OPTIONS_H */
