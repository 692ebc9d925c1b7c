// SPDX-License-Identifier: GPL-2.0
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/json.h"
#include "base/options.h"
#include "common/cmdline.h"
#include "ctl.h"

enum {
	OPT_DIR = 'd',
	OPT_JSON = 'j',
	OPT_PRIVATE = 256,
	OPT_SMEAR,
	OPT_FORMAT,
	OPT_POLICY,
	OPT_PID,
	OPT_QMP,
	OPT_EVENTS,
	OPT_T0,
	OPT_TSC_OFFSET,
	OPT_CAUSE,
	OPT_WAIT,
	OPT_DOORBELL,
	OPT_JAIL,
	OPT_UID,
};

static const struct argp_option argp_options[] = {
	{ "dir", OPT_DIR, "DIR", 0, "the exporter's directory (default " OPTIONS_DIR ")", 0 },
	{ "json", OPT_JSON, NULL, 0, "answer in JSON", 0 },
	{ NULL, 0, NULL, 0, "For create:", 1 },
	{ "private", OPT_PRIVATE, NULL, 0,
	  "a 32 KiB file of its own with copies of the clock pages, for a VM that is to be migrated",
	  1 },
	{ "smear", OPT_SMEAR, "KIND", 0, "strict (default), noon or sls", 1 },
	{ "format", OPT_FORMAT, "FORMAT", 0,
	  "unscaled (default), or scaled for a guest TSC of 1 GHz",
	  1 },
	{ "policy", OPT_POLICY, "POLICY", 0,
	  "what MONOTONIC does about a gap: default, suspend or steal",
	  1 },
	{ "doorbell", OPT_DOORBELL, NULL, 0,
	  "also a socket for QEMU's ivshmem-doorbell, printed below the page file",
	  1 },
	{ "jail", OPT_JAIL, "DIR", 0,
	  "also mount the clock's and the VM's page at DIR, read-only, for a VMM in a jail; with remove, unmount them",
	  1 },
	{ "uid", OPT_UID, "UID", 0,
	  "who may read there, beside root (default: everybody)", 1 },
	{ NULL, 0, NULL, 0, "For attach:", 2 },
	{ "pid", OPT_PID, "PID", 0, "the VMM's process", 2 },
	{ "qmp", OPT_QMP, "SOCKET", 0, "its QMP socket, for stop and cont", 2 },
	{ "events", OPT_EVENTS, "SOCKET", 0,
	  "another QMP socket of it, for hostclockd alone: QEMU reports stops and resumes there",
	  2 },
	{ "t0", OPT_T0, "TSC", 0,
	  "a TSC value of before it was started (default: from its start time)",
	  2 },
	{ "tsc-offset", OPT_TSC_OFFSET, "N", 0,
	  "guest TSC - clock page's counter, instead of --pid",
	  2 },
	{ "cause", OPT_CAUSE, "CAUSE", 0,
	  "why its counter is another than before: restore, clone, migration, stop, offset (default: restore if the process is another one, else offset)",
	  2 },
	{ "wait", OPT_WAIT, "SECONDS", 0,
	  "how long to wait for the VM to run, below 3600 (default 5)", 2 },
	{ 0 }
};

/* Minimum and maximum number of arguments of each command. */
static const struct {
	const char *name;
	int min;
	int max;
} commands[] = {
	{ "create", 1, 1 }, { "attach", 1, 1 }, { "detach", 1, 1 },
	{ "remove", 1, 1 }, { "list", 0, 0 }, { "status", 0, 0 },
	{ "stop", 1, 1 }, { "cont", 1, 1 }, { "sim", 1, 8 },
	{ "handover", 1, 1 }, { "takeover", 1, 1 },
	{ "script-start", 0, 0 }, { "kernel", 1, 1 },
};

/* Words, as far as they have been read. */
struct parsing {
	struct ctl *ctl;
	int words;
	char event[256];
};

static void word(struct argp_state *state, const char *text)
{
	struct parsing *p = state->input;
	struct ctl *ctl = p->ctl;
	size_t used = strlen(p->event);

	p->words++;
	if (p->words == 1) {
		ctl->command = text;
		json_put_text(ctl->request, "command", text);
	} else if (strcmp(ctl->command, "sim")) {
		json_put_text(ctl->request, "name", text);
	} else if (used + strlen(text) + 2 > sizeof(p->event)) {
		argp_error(state, "sim: more than %zu characters",
			   sizeof(p->event));
	} else {
		snprintf(p->event + used, sizeof(p->event) - used, " %s", text);
	}
}

/* Standard input, a JSON object, as part of the request. */
static void read_handover(struct argp_state *state)
{
	struct ctl *ctl = ((struct parsing *)state->input)->ctl;
	struct json_object *record = json_object_from_fd(STDIN_FILENO);

	if (!json_object_is_type(record, json_type_object))
		argp_error(state, "takeover: standard input must be what `handover` printed");
	json_object_object_add(ctl->request, "tuple", record);
}

static void check_jail(struct argp_state *state, const struct ctl *ctl)
{
	bool create = !strcmp(ctl->command, "create");

	if (ctl->jail.uid != JAIL_ANYBODY && (!create || !ctl->jail.path))
		argp_error(state, "--uid UID goes with create --jail DIR");
	if (!ctl->jail.path)
		return;
	if (!create && strcmp(ctl->command, "remove"))
		argp_error(state, "%s: takes no --jail; create and remove do", ctl->command);
	if (json_has(ctl->request, "private") || json_has(ctl->request, "doorbell"))
		argp_error(state,
			   "--jail shows read-only pages; --private and --doorbell are for a VMM that may write them");
}

static void check(struct argp_state *state)
{
	struct parsing *p = state->input;
	struct ctl *ctl = p->ctl;
	size_t i;

	if (!ctl->command)
		argp_error(state, "a COMMAND is needed");
	json_put_text(ctl->request, "event", p->event);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, ctl->command))
			continue;
		if (p->words - 1 < commands[i].min || p->words - 1 > commands[i].max)
			argp_error(state, "%s: takes %s", ctl->command,
				   commands[i].max > 1 ? "an event and its arguments" :
				   !strcmp(ctl->command, "kernel") ? "on, off or status" :
				   commands[i].max ? "one NAME" : "no arguments");
		break;
	}
	if (i == ARRAY_SIZE(commands))
		argp_error(state, "%s: no such command", ctl->command);
	check_jail(state, ctl);
	if (!strcmp(ctl->command, "takeover"))
		read_handover(state);
	if (!strcmp(ctl->command, "attach") &&
	    json_has(ctl->request, "pid") == json_has(ctl->request, "tsc-offset"))
		argp_error(state, "attach: needs either --pid or --tsc-offset");
}

/* Options that go into the request as they are. */
static const struct {
	int key;
	const char *name;
	bool number;
} fields[] = {
	{ OPT_SMEAR, "smear", false },
	{ OPT_FORMAT, "format", false },
	{ OPT_POLICY, "policy", false },
	{ OPT_QMP, "qmp", false },
	{ OPT_EVENTS, "events", false },
	{ OPT_CAUSE, "cause", false },
	{ OPT_PID, "pid", true },
	{ OPT_T0, "t0", true },
	{ OPT_TSC_OFFSET, "tsc-offset", true },
};

static error_t parse_field(int key, const char *arg, struct argp_state *state)
{
	struct ctl *ctl = ((struct parsing *)state->input)->ctl;
	char option[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].key != key)
			continue;
		snprintf(option, sizeof(option), "--%s", fields[i].name);
		if (fields[i].number)
			json_put_int(ctl->request, fields[i].name,
				     cmdline_bits(state, option, arg));
		else
			json_put_text(ctl->request, fields[i].name, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct ctl *ctl = ((struct parsing *)state->input)->ctl;

	switch (key) {
	case OPT_DIR:
		ctl->dir = arg;
		return 0;
	case OPT_JSON:
		ctl->json = true;
		return 0;
	case OPT_PRIVATE:
		json_put_int(ctl->request, "private", 1);
		return 0;
	case OPT_DOORBELL:
		json_put_int(ctl->request, "doorbell", 1);
		return 0;
	case OPT_JAIL:
		ctl->jail.path = arg;
		return 0;
	case OPT_UID:
		ctl->jail.uid = cmdline_number(state, "--uid", arg, 0, JAIL_ANYBODY - 1);
		return 0;
	case OPT_WAIT:
		ctl->wait_ms = cmdline_number(state, "--wait", arg, 0, 3599) * 1000;
		return 0;
	case ARGP_KEY_ARG:
		word(state, arg);
		return 0;
	case ARGP_KEY_END:
		check(state);
		return 0;
	default:
		return parse_field(key, arg, state);
	}
}

static const char doc[] =
	"Ask hostclockd for something.\n\n"
	"Commands:\n"
	"  create NAME        make a page file for a VM, print its path\n"
	"  attach NAME        follow a VM: --pid PID or --tsc-offset N\n"
	"  detach NAME        stop following; its page becomes invalid\n"
	"  remove NAME        the same, and remove the page file\n"
	"  stop NAME          stop a VM through its monitor\n"
	"  cont NAME          continue it, its page rewritten before\n"
	"  handover NAME      print where a stopped VM's clocks are\n"
	"  takeover NAME      read that from standard input, before attach\n"
	"  list               the VMs\n"
	"  status             clock, pages and VMs; works without hostclockd too\n"
	"  kernel WHAT        on, off: shall the host's kernel write a page; or status\n"
	"  sim EVENT ...      hostclockd-sim: change its clock, or inject a fault\n"
	"  script-start       hostclockd-sim: start its script\n\n"
	"Options:\n\v\n"
	"A negative argument of sim goes behind \"--\".\n"
	"Exit status: 0, or 1 on failure, or 64 on wrong usage.\n";

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_option,
	.args_doc = "COMMAND [ARGUMENTS]",
	.doc = doc,
};

/* Read the command line; does not return if it is wrong. */
void ctl_parse(int argc, char **argv, struct ctl *ctl)
{
	struct parsing p = { .ctl = ctl };

	ctl->dir = OPTIONS_DIR;
	ctl->wait_ms = 5000;
	ctl->jail.uid = JAIL_ANYBODY;
	ctl->request = json_object_new_object();
	argp_parse(&argp, argc, argv, 0, NULL, &p);
}
