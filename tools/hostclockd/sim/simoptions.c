// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <time.h>

#include "base/rate.h"
#include "common/cmdline.h"
#include "simoptions.h"

enum {
	OPT_SCRIPT = 256,
	OPT_SIM,
	OPT_SIM_ICOUNT,
	OPT_SIM_REALTIME,
	OPT_FAULTS,
};

static const struct argp_option argp_options[] = {
	{ NULL, 0, NULL, 0, "For tests:", 1 },
	{ "sim", OPT_SIM, NULL, 0, "a simulated clock, set by `hostclockctl sim` or a script", 1 },
	{ "sim-realtime", OPT_SIM_REALTIME, "TIME", 0,
	  "where it starts: seconds since 1970, or YYYY-MM-DDThh:mm:ss in UTC (default: the host's time)",
	  1 },
	{ "sim-icount", OPT_SIM_ICOUNT, NULL, 0,
	  "a simulated clock that is a fixed function of a counter of 1 GHz which starts at 0, for guests under -icount shift=0",
	  1 },
	{ "script", OPT_SCRIPT, "FILE", 0,
	  "events for the simulated clock; `hostclockctl script-start` starts it",
	  1 },
	{ "faults", OPT_FAULTS, NULL, 0, "allow fault injection without --sim", 1 },
	{ 0 }
};

struct inputs {
	struct options *opt;
	struct sim_options *sim;
};

static s64 utc_time(struct argp_state *state, const char *text)
{
	struct tm tm = { 0 };
	char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (end && (!*end || !strcmp(end, "Z")))
		return timegm(&tm) * NSEC_PER_SEC;
	/* 2^63 ns are 292 years; 2^33 s are 272 */
	return cmdline_number(state, "--sim-realtime", text, 1, 1ULL << 33) *
	       NSEC_PER_SEC;
}

static error_t parse_sim_option(int key, char *arg, struct argp_state *state,
				struct sim_options *sim)
{
	switch (key) {
	case OPT_SCRIPT:
		sim->script = arg;
		return 0;
	case OPT_SIM:
	case OPT_SIM_ICOUNT:
		sim->sim = true;
		sim->icount |= key == OPT_SIM_ICOUNT;
		return 0;
	case OPT_SIM_REALTIME:
		sim->realtime_ns = utc_time(state, arg);
		sim->realtime_set = true;
		return 0;
	case OPT_FAULTS:
		sim->faults = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct inputs *in = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = in->opt;
		return 0;
	case ARGP_KEY_END:
		if (in->sim->script && !in->sim->sim && !in->sim->faults)
			argp_error(state, "--script needs --sim (or --faults)");
		return 0;
	default:
		return parse_sim_option(key, arg, state, in->sim);
	}
}

static const char doc[] =
	"hostclockd with a simulated clock and with faults, for tests.\n\v\n"
	"Without --sim and --faults it is hostclockd.  See hostclockd-sim.8 in the sources.\n\n"
	"Exit status: 0 after SIGTERM or SIGINT, 1 on failure, 64 on wrong usage.\n";

/* Read the command line; does not return if it is wrong. */
void sim_options_parse(int argc, char **argv, struct options *opt,
		       struct sim_options *sim)
{
	static const struct argp_child children[] = {
		{ &options_argp, 0, NULL, 0 },
		{ 0 }
	};
	static const struct argp argp = {
		.options = argp_options,
		.parser = parse_option,
		.doc = doc,
		.children = children,
	};
	struct inputs in = { opt, sim };

	options_default(opt);
	argp_parse(&argp, argc, argv, 0, NULL, &in);
}
