// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "follow.h"
#include "guest.h"
#include "names.h"
#include "status.h"

static const char *text_of(struct json_object *req, const char *key,
			   const char *otherwise)
{
	struct json_object *value;

	if (!json_object_object_get_ex(req, key, &value))
		return otherwise;
	return json_object_get_string(value);
}

static bool has(struct json_object *req, const char *key)
{
	return json_object_object_get_ex(req, key, NULL);
}

static s64 number_of(struct json_object *req, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(req, key, &value))
		return 0;
	return json_object_get_int64(value);
}

static struct vm *vm_of(struct exporter *x, struct json_object *req,
			struct problem *why)
{
	const char *name = text_of(req, "name", "");
	struct vm *vm = vm_find(x, name);

	if (!vm)
		problem_set(why, "%s: no such VM here; `hostclockctl list` shows all, `create` makes one",
			    name);
	return vm;
}

/* A choice from a list of names into *value, which it otherwise leaves alone. */
static int choose(struct json_object *req, const char *key,
		  const char *const *names, u8 *value, struct problem *why)
{
	const char *name = text_of(req, key, NULL);
	int found = name ? names_find(names, name) : *value;

	if (found < 0)
		return problem_set(why, "--%s %s: not known", key, name);
	*value = found;
	return 0;
}

static int do_create(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	struct vm like = { .vmclock_seq = 0 };

	snprintf(like.name, sizeof(like.name), "%s", text_of(req, "name", ""));
	like.private = number_of(req, "private");
	like.generation = 1;
	if (choose(req, "smear", names_smear, &like.smear, why) ||
	    choose(req, "format", names_format, &like.format, why) ||
	    choose(req, "policy", names_policy, &like.policy, why))
		return -1;
	if (like.smear && like.smear != x->opt.smear)
		return problem_set(why, "--smear %s: this hostclockd smears as \"%s\"; it takes --smear when started",
				   names_smear[like.smear],
				   names_smear[x->opt.smear]);
	if (!vm_create(x, &like, why))
		return -1;
	json_object_object_add(reply, "file",
			       json_object_new_string(like.name));
	return 0;
}

static int attach_given(struct exporter *x, struct vm *vm,
			struct json_object *req, u8 cause)
{
	vm->method = VM_GIVEN;
	vm_set_offset(x, vm, number_of(req, "tsc-offset"), cause);
	return 0;
}

static int do_attach(struct exporter *x, struct json_object *req,
		     struct json_object *reply, struct problem *why)
{
	u8 cause = HOSTCLOCK_CAUSE_RESTORE;
	struct vm *vm = vm_of(x, req, why);

	(void)reply;
	if (!vm || choose(req, "cause", names_cause, &cause, why))
		return -1;
	if (has(req, "tsc-offset"))
		return attach_given(x, vm, req, cause);
	vm->pid = number_of(req, "pid");
	vm->t0 = number_of(req, "t0");
	return follow_attach(x, vm, cause, why);
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
	(void)req;
	(void)why;
	status_fill(x, reply);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct exporter *x, struct json_object *req,
		   struct json_object *reply, struct problem *why);
} commands[] = {
	{ "create", do_create },
	{ "attach", do_attach },
	{ "detach", do_detach },
	{ "remove", do_remove },
	{ "status", do_status },
};

int command_run(struct exporter *x, struct json_object *req,
		struct json_object *reply, struct problem *why)
{
	const char *name = text_of(req, "command", "");
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(commands[i].name, name))
			return commands[i].run(x, req, reply, why);
	}
	return problem_set(why, "%s: no such command", name);
}
