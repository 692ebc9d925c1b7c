/* SPDX-License-Identifier: GPL-2.0 */
/* hostclock-notify's command line. */
#ifndef _HOSTCLOCK_NOTIFY_OPTIONS_H
#define _HOSTCLOCK_NOTIFY_OPTIONS_H

#include "notify.h"

enum exit_status {
	EXIT_FINE,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_NO_DEVICE,
};

struct options {
	const char *device;
	const char *pidfile;
	bool foreground;
	bool once;
	bool no_wait;
	struct chrony_options chrony;
	struct hooks_options hooks;
};

/* Exits on wrong usage. */
void options_parse(struct options *o, int argc, char **argv);

#endif /* _HOSTCLOCK_NOTIFY_OPTIONS_H */
