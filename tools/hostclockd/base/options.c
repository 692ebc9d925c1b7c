// SPDX-License-Identifier: GPL-2.0
#include <argp.h>
#include <linux/hostclock-abi.h>

#include "common/cmdline.h"
#include "names.h"
#include "options.h"
#include "rate.h"

enum {
	OPT_DIR = 'd',
	OPT_RATE = 'r',
	OPT_PIDFILE = 'p',
	OPT_SMEAR = 256,
	OPT_VALID,
	OPT_MAX_SLEW,
	OPT_LEAP_LIST,
	OPT_REQUIRE_UTC,
	OPT_KVM_DEBUGFS,
	OPT_PRIORITY,
	OPT_USER,
};

static const struct argp_option argp_options[] = {
	{ "dir", OPT_DIR, "DIR", 0,
	  "where the pages and the control socket are; created if need be, but not its parents (default "
	  OPTIONS_DIR ")",
	  0 },
	{ "rate", OPT_RATE, "HZ", 0, "updates per second, 1 to 100 (default 10)", 0 },
	{ "smear", OPT_SMEAR, "noon|sls", 0,
	  "how the smeared pages smear leap seconds (default noon)",
	  0 },
	{ "valid", OPT_VALID, "SECONDS", 0,
	  "how long a page that is not updated remains valid, 1 to 86400 (default 30)",
	  0 },
	{ "max-slew", OPT_MAX_SLEW, "PPM", 0,
	  "how fast the host's clock may be slewed, 1 to 100000 (default 500): pages are steered by at most that, and their error bounds grow by it",
	  0 },
	{ "leap-list", OPT_LEAP_LIST, "FILE", 0,
	  "leap seconds, in leap-seconds.list's format (default: tzdata's)",
	  0 },
	{ "require-utc", OPT_REQUIRE_UTC, NULL, 0,
	  "pages are synchronized only while the host's kernel is (default: whenever they follow the host's clock)",
	  0 },
	{ "pidfile", OPT_PIDFILE, "FILE", 0, "write the process ID there", 0 },
	{ "priority", OPT_PRIORITY, "N", 0,
	  "run with this real-time priority, 1 to 99, so as not to publish late", 0 },
	{ "user", OPT_USER, "NAME", 0,
	  "the user that the clock process becomes (default: hostclock, or else nobody)", 0 },
	{ "kvm-debugfs", OPT_KVM_DEBUGFS, "DIR", 0,
	  "where KVM's TSC offsets are (default /sys/kernel/debug/kvm)",
	  0 },
	{ 0 }
};

static error_t parse_path_option(int key, char *arg, struct options *opt)
{
	switch (key) {
	case OPT_DIR:
		opt->dir = arg;
		return 0;
	case OPT_LEAP_LIST:
		opt->leap_list = arg;
		return 0;
	case OPT_PIDFILE:
		opt->pidfile = arg;
		return 0;
	case OPT_USER:
		opt->user = arg;
		return 0;
	case OPT_KVM_DEBUGFS:
		opt->kvm_debugfs = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;

	switch (key) {
	case OPT_RATE:
		opt->interval_ns = NSEC_PER_SEC / cmdline_number(state, "--rate", arg, 1, 100);
		return 0;
	case OPT_SMEAR:
		opt->smear = HOSTCLOCK_SMEAR_STRICT + 1 +
			     cmdline_choice(state, "--smear", arg,
					    names_smear + HOSTCLOCK_SMEAR_STRICT + 1);
		return 0;
	case OPT_VALID:
		opt->valid_ns = cmdline_number(state, "--valid", arg, 1, 86400) * NSEC_PER_SEC;
		return 0;
	case OPT_MAX_SLEW:
		opt->max_slew_ppb = cmdline_number(state, "--max-slew", arg, 1, 100000) * 1000;
		return 0;
	case OPT_REQUIRE_UTC:
		opt->require_utc = true;
		return 0;
	case OPT_PRIORITY:
		opt->priority = cmdline_number(state, "--priority", arg, 1, 99);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: takes options only", arg);
		return 0;
	default:
		return parse_path_option(key, arg, opt);
	}
}

const struct argp options_argp = {
	.options = argp_options,
	.parser = parse_option,
};

/* The defaults. */
void options_default(struct options *opt)
{
	*opt = (struct options) {
		.dir = OPTIONS_DIR,
		.interval_ns = NSEC_PER_SEC / 10,
		.smear = HOSTCLOCK_SMEAR_NOON_LINEAR,
		.valid_ns = 30 * NSEC_PER_SEC,
		.max_slew_ppb = 500000,
		.kvm_debugfs = "/sys/kernel/debug/kvm",
	};
}
