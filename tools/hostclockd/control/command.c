// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/draw.h"
#include "base/json.h"
#include "base/names.h"
#include "base/process.h"
#include "command.h"
#include "status.h"
#include "vm/attach.h"
#include "vm/clocklink.h"
#include "vm/doorbell.h"
#include "vm/guest.h"
#include "vm/handover.h"
#include "vm/hold.h"
#include "vm/state.h"
#include "vm/stopcont.h"

static struct vm *vm_of(struct exporter *x, struct json_object *req,
			struct problem *why)
{
	return hold_find(x, json_text(req, "name", ""), why);
}

/* Look a name up in a list; *value is unchanged if the request does not have it. */
static int choose(struct json_object *req, const char *key,
		  const char *const *names, u8 *value, struct problem *why)
{
	const char *name = json_text(req, key, NULL);
	int found = name ? names_find(names, name) : *value;

	if (found < 0)
		return problem_set(why, "--%s %s: not known", key, name);
	*value = found;
	return 0;
}

static int do_create(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	struct vm like = { .private = false }, *vm;
	const char *name = json_text(req, "name", "");

	if (!vm_name_ok(name, why))
		return -1;
	if (vm_count(x) >= VM_MAX)
		return problem_set(why,
				   "%s: there are %d VMs, the most there can be; remove one",
				   name, VM_MAX);
	snprintf(like.name, sizeof(like.name), "%s", name);
	like.private = json_int(req, "private");
	/* unique: another page may have served the same guest before */
	like.page.generation = draw_new(0);
	if (choose(req, "smear", names_smear, &like.smear, why) ||
	    choose(req, "format", names_format, &like.format, why) ||
	    choose(req, "policy", names_policy, &like.policy, why))
		return -1;
	if (like.smear && like.smear != x->opt.smear)
		return problem_set(why,
				   "--smear %s: this hostclockd smears as \"%s\"; it takes --smear when started",
				   names_smear[like.smear],
				   names_smear[x->opt.smear]);
	vm = vm_create(x, &like, why);
	if (!vm)
		return -1;
	if ((json_int(req, "doorbell") && doorbell_create(x, vm, why)) ||
	    state_sync(x, why)) {
		vm_remove(x, vm);
		return -1;
	}
	json_put_text(reply, "file", like.name);
	json_put_bool(reply, "doorbell", vm->doorbell);
	return 0;
}

/*
 * The cause of a new counter if the request has none: in another process, the guest
 * must have been restored.
 */
static u8 likely_cause(const struct vm *vm, pid_t pid)
{
	if (vm->taken_over)
		return vm->next_cause;
	if (!vm->page.marker)
		return HOSTCLOCK_CAUSE_NONE;
	if (!pid || (pid == vm->source.pid && !process_ended(pid, vm->source.pid_start)))
		return VM_CAUSE_FOUND;
	return HOSTCLOCK_CAUSE_RESTORE;
}

static int do_attach(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	struct vm *vm = vm_of(x, req, why);
	struct attachment to = {
		.pid = json_int(req, "pid"),
		.t0 = json_uint(req, "t0"),
		.qmp_path = json_text(req, "qmp", ""),
		.events_path = json_text(req, "events", ""),
	};

	(void)reply;
	if (!vm)
		return -1;
	to.cause = likely_cause(vm, to.pid);
	if (choose(req, "cause", names_cause, &to.cause, why))
		return -1;
	if (!json_has(req, "tsc-offset"))
		return attach_process(x, vm, &to, why);
	attach_given(x, vm, &to, json_int(req, "tsc-offset"));
	return 0;
}

static int do_detach(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	struct vm *vm = vm_of(x, req, why);

	(void)reply;
	if (!vm)
		return -1;
	vm_detach(x, vm);
	return 0;
}

static int do_remove(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	struct vm *vm = vm_of(x, req, why);

	(void)reply;
	if (!vm)
		return -1;
	vm_remove(x, vm);
	return 0;
}

static int do_status(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	const char *after = json_text(req, "after", NULL);
	struct vm *vm = x->vms;

	if (after) {
		vm = vm_find(x, after);
		if (!vm)
			return problem_set(why, "%s: has been removed meanwhile; ask again",
					   after);
		vm = vm->next;
	}
	status_fill(x, vm, reply);
	return 0;
}

static int do_control(struct exporter *x, struct json_object *req,
		      struct json_object *reply, struct problem *why)
{
	bool stop = !strcmp(json_text(req, "command", ""), "stop");

	(void)reply;
	return stopcont(x, json_text(req, "name", ""), stop, why);
}

static int do_handover(struct exporter *x, struct json_object *req,
		       struct json_object *reply, struct problem *why)
{
	const struct vm *vm = vm_of(x, req, why);
	struct json_object *record = json_object_new_object();

	json_object_object_add(reply, "tuple", record);
	return vm ? handover_fill(x, vm, record, why) : -1;
}

static int do_takeover(struct exporter *x, struct json_object *req,
		       struct json_object *reply, struct problem *why)
{
	struct vm *vm = vm_of(x, req, why);
	struct json_object *record;

	(void)reply;
	if (!vm)
		return -1;
	if (!json_object_object_get_ex(req, "tuple", &record))
		return problem_set(why, "takeover: there is no handover record");
	if (handover_take(x, vm, record, why))
		return -1;
	exporter_changed(x);
	return 0;
}

static int do_kernel(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	const char *what = json_text(req, "name", "");
	bool on = !strcmp(what, "on");

	if (!on && strcmp(what, "off") && strcmp(what, "status"))
		return problem_set(why, "kernel %s: must be on, off or status", what);
	if (strcmp(what, "status") && clocklink_kernel(x, on, why))
		return -1;
	clocklink_look(x);
	status_kernel(x, reply);
	return 0;
}

static int only_in_tests(struct exporter *x, struct json_object *req,
			 struct json_object *reply, struct problem *why)
{
	(void)x;
	(void)reply;
	return problem_set(why,
			   "%s: this hostclockd has no simulated clock and no faults; for tests, start hostclockd-sim instead",
			   json_text(req, "command", ""));
}

static const struct command commands[] = {
	{ "create", do_create },
	{ "attach", do_attach },
	{ "detach", do_detach },
	{ "remove", do_remove },
	{ "status", do_status },
	{ "list", do_status },
	{ "stop", do_control },
	{ "cont", do_control },
	{ "handover", do_handover },
	{ "takeover", do_takeover },
	{ "kernel", do_kernel },
	{ "sim", only_in_tests },
	{ "script-start", only_in_tests },
	{ NULL, NULL },
};

static const struct command *added;

void command_add(const struct command *list)
{
	added = list;
}

static const struct command *find(const struct command *list, const char *name)
{
	for (; list && list->name; list++) {
		if (!strcmp(list->name, name))
			return list;
	}
	return NULL;
}

int command_run(struct exporter *x, struct json_object *req,
		struct json_object *reply, struct problem *why)
{
	const char *name = json_text(req, "command", "");
	const struct command *command = find(added, name);

	if (!command)
		command = find(commands, name);
	if (!command)
		return problem_set(why, "%s: no such command", name);
	return command->run(x, req, reply, why);
}
