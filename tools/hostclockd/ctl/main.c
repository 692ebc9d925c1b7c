// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "ctl.h"

/* Between two tries of something that may work in a moment. */
#define RETRY_MS	50

/* Ask, and retry while the answer is "again". */
static enum ctl_result ask(const struct ctl *ctl, struct json_object **reply,
			   struct problem *why)
{
	const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	enum ctl_result result;
	unsigned int waited = 0;

	for (;;) {
		result = ctl_ask(ctl, reply, why);
		if (result != CTL_ANSWERED || !json_int(*reply, "again") ||
		    waited >= ctl->wait_ms)
			return result;
		json_object_put(*reply);
		nanosleep(&pause, NULL);
		waited += RETRY_MS;
	}
}

static void collect(struct json_object *vms, struct json_object *reply)
{
	struct json_object *list;
	size_t i, n = json_count(reply, "vms", &list);

	for (i = 0; i < n; i++)
		json_object_array_add(vms, json_object_get(json_object_array_get_idx(list, i)));
}

/* One answer has up to STATUS_VMS VMs: ask until there are no more. */
static enum ctl_result ask_all(const struct ctl *ctl, struct json_object **reply,
			       struct problem *why)
{
	struct json_object *vms = json_object_new_array();
	enum ctl_result result;

	while ((result = ask(ctl, reply, why)) == CTL_ANSWERED) {
		collect(vms, *reply);
		if (!json_has(*reply, "more"))
			break;
		json_put_text(ctl->request, "after", json_text(*reply, "more", ""));
		json_object_put(*reply);
	}
	if (result == CTL_ANSWERED && json_has(*reply, "vms"))
		json_object_object_add(*reply, "vms", vms);
	else
		json_object_put(vms);
	return result;
}

/* Answer from the pages if no exporter is running. */
static int answer_offline(const struct ctl *ctl, struct json_object **reply,
			  struct problem *why)
{
	if (strcmp(ctl->command, "status") && strcmp(ctl->command, "list"))
		return -1;
	*reply = json_object_new_object();
	if (ctl_offline(ctl, *reply, why))
		return -1;
	say("%s; this is what the last one has left", why->text);
	json_put_bool(*reply, "ok", true);
	return 0;
}

static void print_files(const struct ctl *ctl, const char *name, bool doorbell)
{
	printf("%s/vm/%s\n", ctl->dir, name);
	if (doorbell)
		printf("%s/doorbell/%s\n", ctl->dir, name);
	if (ctl->jail.path)
		printf("%s\n", ctl->jail.path);
}

static void print(const struct ctl *ctl, struct json_object *reply)
{
	if (ctl->json)
		puts(json_object_to_json_string_ext(reply,
						    JSON_C_TO_STRING_PRETTY));
	else if (!strcmp(ctl->command, "status"))
		ctl_print_status(reply);
	else if (!strcmp(ctl->command, "kernel"))
		ctl_print_kernel(reply);
	else if (!strcmp(ctl->command, "list"))
		ctl_print_list(reply);
	else if (!strcmp(ctl->command, "handover"))
		puts(json_text(reply, "tuple", ""));
	else if (!strcmp(ctl->command, "create"))
		print_files(ctl, json_text(reply, "file", ""),
			    json_int(reply, "doorbell"));
}

/* Who keeps the answer in a file must know that it is not there. */
static int print_all(const struct ctl *ctl, struct json_object *reply, struct problem *why)
{
	print(ctl, reply);
	if (fflush(stdout) || ferror(stdout))
		return problem_errno(why, "done, but the answer cannot be written");
	return 0;
}

static int run(const struct ctl *ctl, struct json_object **reply,
	       struct problem *why)
{
	switch (ask_all(ctl, reply, why)) {
	case CTL_ANSWERED:
		if (json_int(*reply, "ok"))
			return 0;
		return problem_set(why, "%s", json_text(*reply, "error",
							"hostclockd gives no reason"));
	case CTL_NOBODY:
		return answer_offline(ctl, reply, why);
	default:
		return -1;
	}
}

/* The VM that was just made has no use without its jail. */
static void undo_create(const struct ctl *ctl, const char *name)
{
	struct ctl undo = { .dir = ctl->dir, .command = "remove" };
	struct json_object *reply = NULL;
	struct problem why;

	undo.request = json_object_new_object();
	json_put_text(undo.request, "command", undo.command);
	json_put_text(undo.request, "name", name);
	if (run(&undo, &reply, &why))
		say("%s: cannot be removed again: %s", name, why.text);
	json_object_put(reply);
	json_object_put(undo.request);
}

static int create_jailed(struct ctl *ctl, struct json_object **reply,
			 struct problem *why)
{
	const char *name = json_text(ctl->request, "name", "");

	if (jail_mount(&ctl->jail, why))
		return -1;
	if (run(ctl, reply, why)) {
		jail_unmount(&ctl->jail);
		return -1;
	}
	if (jail_fill(&ctl->jail, ctl->dir, name, why)) {
		jail_unmount(&ctl->jail);
		undo_create(ctl, name);
		return -1;
	}
	json_put_text(*reply, "jail", ctl->jail.path);
	return 0;
}

static int run_jailed(struct ctl *ctl, struct json_object **reply, struct problem *why)
{
	if (!ctl->jail.path)
		return run(ctl, reply, why);
	if (!strcmp(ctl->command, "create"))
		return create_jailed(ctl, reply, why);
	if (jail_take_away(&ctl->jail, ctl->dir, json_text(ctl->request, "name", ""), why))
		return -1;
	return run(ctl, reply, why);
}

int main(int argc, char **argv)
{
	struct problem why = { .again = false };
	struct json_object *reply = NULL;
	struct ctl ctl = { NULL };
	int bad;

	ctl_parse(argc, argv, &ctl);
	bad = run_jailed(&ctl, &reply, &why);
	if (!bad)
		bad = print_all(&ctl, reply, &why);
	if (bad)
		say("%s", why.text);
	json_object_put(reply);
	json_object_put(ctl.request);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
