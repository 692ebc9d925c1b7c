// SPDX-License-Identifier: GPL-2.0
/* The command line.  See options.h. */
#include <argp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/cmdline.h"
#include "options.h"

enum option_key {
	OPTION_DEVICE = 'd',
	OPTION_FOREGROUND = 'f',
	OPTION_PIDFILE = 'p',
	OPTION_ONCE = 0x100,
	OPTION_NO_WAIT,
	OPTION_CHRONYC,
	OPTION_SOCKET,
	OPTION_BURST,
	OPTION_NO_CHRONY,
	OPTION_HOOKS,
	OPTION_HOOK_LIMIT,
};

static const struct argp_option list[] = {
	{ "device", OPTION_DEVICE, "PATH", 0,
	  "the driver's device (/dev/hostclock0)", 0 },
	{ "no-wait", OPTION_NO_WAIT, NULL, 0,
	  "fail if there is no device, or none any more; otherwise wait for it", 0 },
	{ "foreground", OPTION_FOREGROUND, NULL, 0,
	  "stay there, and log to standard error instead of syslog", 0 },
	{ "pidfile", OPTION_PIDFILE, "FILE", 0,
	  "write the process ID there, and do nothing if another runs with it", 0 },
	{ "once", OPTION_ONCE, NULL, 0,
	  "end when the first event was dealt with; implies --foreground", 0 },
	{ "chronyc", OPTION_CHRONYC, "PATH", 0, "the program (chronyc)", 1 },
	{ "socket", OPTION_SOCKET, "PATH", 0,
	  "chronyd's command socket (/run/chrony/chronyd.sock)", 1 },
	{ "burst", OPTION_BURST, "GOOD/MAX", OPTION_ARG_OPTIONAL,
	  "let chronyd also ask network servers at once (4/4)", 1 },
	{ "no-chrony", OPTION_NO_CHRONY, NULL, 0, "run the hooks only", 1 },
	{ "hooks", OPTION_HOOKS, "DIR", 0,
	  "where the hooks are (/etc/hostclock/notify.d)", 2 },
	{ "hook-limit", OPTION_HOOK_LIMIT, "SECONDS", 0,
	  "how long a hook may run (10)", 2 },
	{ }
};

/* GOOD/MAX as chronyc's burst takes it: nothing else may get into a command. */
static const char *burst_counts(struct argp_state *state, const char *text)
{
	const char *slash;
	char good[8];

	if (!text)
		return "4/4";
	slash = strchr(text, '/');
	if (!slash || slash - text >= (ptrdiff_t)sizeof(good))
		argp_error(state, "--burst %s: must be GOOD/MAX", text);
	snprintf(good, sizeof(good), "%.*s", (int)(slash - text), text);
	cmdline_number(state, "--burst: GOOD", good, 1, 1000);
	cmdline_number(state, "--burst: MAX", slash + 1, 1, 1000);
	return text;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPTION_DEVICE:
		o->device = arg;
		return 0;
	case OPTION_NO_WAIT:
		o->no_wait = true;
		return 0;
	case OPTION_ONCE:
		o->once = true;
		o->foreground = true;
		return 0;
	case OPTION_FOREGROUND:
		o->foreground = true;
		return 0;
	case OPTION_PIDFILE:
		o->pidfile = arg;
		return 0;
	case OPTION_CHRONYC:
		o->chrony.chronyc = arg;
		return 0;
	case OPTION_SOCKET:
		o->chrony.socket = arg;
		return 0;
	case OPTION_BURST:
		o->chrony.burst = burst_counts(state, arg);
		return 0;
	case OPTION_NO_CHRONY:
		o->chrony.enabled = false;
		return 0;
	case OPTION_HOOKS:
		o->hooks.dir = arg;
		return 0;
	case OPTION_HOOK_LIMIT:
		o->hooks.limit_ns = cmdline_number(state, "--hook-limit", arg, 1, 86400) *
				    NSEC_PER_SEC;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "what is \"%s\"?", arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = list,
	.parser = parse,
	.doc = "Waits for disruptions of the guest's clock, and tells chronyd and hooks.\v\n"
	       "Exit status:\n"
	       "  0 ended by SIGTERM or SIGINT, or --once and done, 1 failure,\n"
	       "  2 wrong usage, 3 no device, or one that cannot be read.  See hostclock-notify(8).",
};

void options_parse(struct options *o, int argc, char **argv)
{
	*o = (struct options) {
		.device = "/dev/hostclock0",
		.chrony = {
			.chronyc = "chronyc",
			.socket = "/run/chrony/chronyd.sock",
			.enabled = true,
		},
		.hooks = {
			.dir = "/etc/hostclock/notify.d",
			.limit_ns = 10 * NSEC_PER_SEC,
		},
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, o);
	o->hooks.device = o->device;
}
