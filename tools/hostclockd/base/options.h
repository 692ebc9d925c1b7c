/* SPDX-License-Identifier: GPL-2.0 */
/* hostclockd's command line. */
#ifndef HOSTCLOCKD_OPTIONS_H
#define HOSTCLOCKD_OPTIONS_H

#include <argp.h>

#include <hostclock/platform.h>

/* Where the pages and the control socket are, unless --dir says otherwise. */
#define OPTIONS_DIR	"/run/hostclock"

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
 * @user:		who the clock process becomes, or NULL
 * @priority:		real-time priority, or 0 for none
 * @require_utc:	status follows the host kernel's NTP state
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
	const char *user;
	int priority;
	bool require_utc;
	const char *kvm_debugfs;
};

/* The options that hostclockd and hostclockd-sim share; the input is a struct options. */
extern const struct argp options_argp;

void options_default(struct options *opt);

#endif /* HOSTCLOCKD_OPTIONS_H */
