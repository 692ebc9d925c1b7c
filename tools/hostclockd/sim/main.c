// SPDX-License-Identifier: GPL-2.0
/*
 * hostclockd-sim: hostclockd with what only tests need.  Never installed: anyone who
 * may use its control socket can break every guest's clocks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "control/command.h"
#include "daemon.h"
#include "event.h"
#include "faults.h"
#include "script.h"
#include "sim.h"
#include "simoptions.h"

static struct sim_options options;

static int do_sim(struct exporter *x, struct json_object *req,
		  struct json_object *reply, struct problem *why)
{
	char text[EVENT_MAX_TEXT], *words[EVENT_MAX_WORDS];
	int n;

	(void)reply;
	snprintf(text, sizeof(text), "%s", json_text(req, "event", ""));
	n = script_split(text, words, EVENT_MAX_WORDS);
	if (n < 0)
		return problem_set(why, "more than %d words", EVENT_MAX_WORDS);
	return event_run(x, n, words, why);
}

static int do_script_start(struct exporter *x, struct json_object *req,
			   struct json_object *reply, struct problem *why)
{
	(void)req;
	(void)reply;
	return script_start(x, why);
}

static const struct command commands[] = {
	{ "sim", do_sim },
	{ "script-start", do_script_start },
	{ NULL, NULL },
};

/* Last of all, so that the script's events are checked against the clock. */
static int set_clock(struct clock *clk, struct problem *why)
{
	if (options.sim) {
		struct clock_source *sim = sim_open(clk, &options, why);

		if (!sim)
			return -1;
		clk->src->close(clk->src);
		clk->src = sim;
	}
	event_allow(&options, clk);
	return options.script ? script_load(options.script, why) : 0;
}

int main(int argc, char **argv)
{
	struct clock_parts parts = { .source = set_clock, .hooks = &faults_hooks };
	static struct exporter x = { .guest_hook = faults_guest_hook };
	static struct clock clk;

	sim_options_parse(argc, argv, &x.opt, &options);
	parts.any_clock = options.sim;
	command_add(commands);
	return daemon_run(&clk, &x, &parts);
}
