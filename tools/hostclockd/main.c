// SPDX-License-Identifier: GPL-2.0
/* hostclockd: exports a host's clocks to its virtual machines. */
#include "base/options.h"
#include "proc/supervise.h"

/* Options of hostclockd-sim, all of one key. */
#define OPT_ONLY_IN_TESTS	256
#define ONLY_IN_TESTS(name, arg) \
	{ name, OPT_ONLY_IN_TESTS, arg, OPTION_HIDDEN, NULL, 0 }

static const struct argp_option test_options[] = {
	ONLY_IN_TESTS("sim", NULL),
	ONLY_IN_TESTS("sim-realtime", "TIME"),
	ONLY_IN_TESTS("sim-icount", NULL),
	ONLY_IN_TESTS("script", "FILE"),
	ONLY_IN_TESTS("faults", NULL),
	{ 0 }
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case OPT_ONLY_IN_TESTS:
		argp_error(state,
			   "--sim, --sim-realtime, --sim-icount, --script and --faults are for tests: start hostclockd-sim instead, which `make hostclockd` builds and nothing installs");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const char doc[] =
	"Export this host's clocks to its virtual machines.\n\v\n"
	"Runs in the foreground and prints \"hostclockd: ready\" once the pages are valid.\n"
	"SIGTERM ends it; what guests see goes on until --valid has passed, and a later\n"
	"hostclockd takes it up again.\n\n"
	"Exit status: 0 after SIGTERM or SIGINT, 1 on failure, 64 on wrong usage.\n";

int main(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &options_argp, 0, NULL, 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = test_options,
		.parser = parse_option,
		.doc = doc,
		.children = children,
	};
	struct options opt;

	options_default(&opt);
	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	return supervise(&opt);
}
