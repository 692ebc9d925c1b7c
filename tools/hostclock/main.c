// SPDX-License-Identifier: GPL-2.0
/* hostclock: shows the pages, and whether the clocks here agree with them. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cmdline.h"
#include "report.h"

enum exit_status {
	EXIT_ALL_RIGHT,
	EXIT_DEGRADED,
	EXIT_USAGE,
	EXIT_NO_PAGES,
};

enum option_key {
	OPTION_DEVICE = 0x100,
	OPTION_DIR,
	OPTION_FILE,
	OPTION_GUEST,
	OPTION_FORMAT,
	OPTION_PAGE,
	OPTION_JSON,
};

struct arguments {
	struct selection selection;
	const char *command;
	bool json;
	unsigned int watch_s;	/* 0: once */
};

static const struct argp_option options[] = {
	{ "dir", OPTION_DIR, "DIR", 0,
	  "on a host: the exporter's directory", 0 },
	{ "guest", OPTION_GUEST, "NAME", 0,
	  "with --dir: as this guest's page has it", 0 },
	{ "file", OPTION_FILE, "FILE", 0, "on a host: a file with pages", 0 },
	{ "device", OPTION_DEVICE, "PATH", 0,
	  "in a guest: the driver's device (/dev/hostclock0)", 0 },
	{ "format", OPTION_FORMAT, "F", 0,
	  "on a host: the unscaled or the scaled page", 0 },
	{ "page", OPTION_PAGE, "P", 0,
	  "on a host: the strict, noon or sls page", 0 },
	{ "json", OPTION_JSON, NULL, 0, "print one JSON object, on one line", 0 },
	{ "watch", 'w', "SECONDS", OPTION_ARG_OPTIONAL,
	  "again every so many seconds (1)", 0 },
	{ }
};

static void check_arguments(struct argp_state *state, struct arguments *a)
{
	if (!a->command)
		argp_error(state, "what to do? (status)");
	if (a->selection.guest && !a->selection.dir)
		argp_error(state, "--guest needs --dir");
	if (a->selection.guest && strchr(a->selection.guest, '/'))
		argp_error(state, "--guest takes a name, not a path");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const formats[] = { "unscaled", "scaled", NULL };
	static const char *const smears[] = { "strict", "noon", "sls", NULL };
	struct arguments *a = state->input;

	switch (key) {
	case OPTION_DEVICE:
		a->selection.device = arg;
		return 0;
	case OPTION_DIR:
		a->selection.dir = arg;
		return 0;
	case OPTION_FILE:
		a->selection.file = arg;
		return 0;
	case OPTION_GUEST:
		a->selection.guest = arg;
		return 0;
	case OPTION_FORMAT:
		a->selection.format = cmdline_choice(state, "--format", arg, formats);
		return 0;
	case OPTION_PAGE:
		a->selection.smear = cmdline_choice(state, "--page", arg, smears);
		return 0;
	case OPTION_JSON:
		a->json = true;
		return 0;
	case 'w':
		a->watch_s = arg ? cmdline_number(state, "--watch", arg, 1, 86400) : 1;
		return 0;
	case ARGP_KEY_ARG:
		if (a->command || strcmp(arg, "status"))
			argp_error(state, "\"%s\" is no command", arg);
		a->command = arg;
		return 0;
	case ARGP_KEY_END:
		check_arguments(state, a);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "status",
	.doc = "Says what hostclock's pages tell, and whether the clocks here agree.\v\n"
	       "Commands:\n"
	       "  status    page, error bound, and every clock's difference from the page\n\n"
	       "Exit status:\n"
	       "  0 all right, 1 not synchronized, degraded or not written, 2 wrong usage,\n"
	       "  3 no device or page.  See hostclock(1).",
};

static enum exit_status status(const struct arguments *a)
{
	struct report report;
	struct pages pages;

	if (!pages_open(&pages, &a->selection))
		return EXIT_NO_PAGES;
	for (;;) {
		report_make(&report, &pages, a->selection.device);
		if (a->json)
			report_print_json(&report);
		else
			report_print(&report);
		if (!a->watch_s || ferror(stdout))
			break;
		sleep(a->watch_s);
		if (!a->json)
			putchar('\n');
	}
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "hostclock: cannot write the report: %s\n", strerror(errno));
		return EXIT_DEGRADED;
	}
	return report.error ? EXIT_DEGRADED : EXIT_ALL_RIGHT;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.selection.device = "/dev/hostclock0",
		.selection.format = -1,
		.selection.smear = -1,
	};

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	return status(&arguments);
}
