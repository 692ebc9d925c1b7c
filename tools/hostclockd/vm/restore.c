// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attach.h"
#include "base/files.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/rate.h"
#include "base/task.h"
#include "clock/view.h"
#include "doorbell.h"
#include "guest.h"
#include "qemu/tcgcache.h"
#include "leftover.h"
#include "restore.h"
#include "saved.h"
#include "state.h"
#include "stopped.h"

/* For VMs' monitors to answer, before there are any other. */
#define SETTLE_NS	(150 * NSEC_PER_MSEC)
/* Time between attempts to restore a VM. */
#define RETRY_NS	(5 * NSEC_PER_SEC)

/* The state file's content, until the VMs are restored. */
static struct json_object *found;
/* Something in it could not be used, or there was none. */
static bool damaged, lost;

static void load_builds(struct json_object *o)
{
	struct json_object *list, *build;
	size_t i, n = json_count(o, "qemu_builds", &list);

	for (i = 0; i < n; i++) {
		build = json_object_array_get_idx(list, i);
		tcgcache_add(json_text(build, "build", ""),
			     json_uint(build, "offset"));
	}
}

/* An older hostclockd did not write it down, nor had its clock counted. */
static void load_head(struct exporter *x, struct json_object *o)
{
	if (json_has(o, "pages_afresh"))
		x->afresh = json_uint(o, "pages_afresh");
	else if (!x->clock.continued)
		x->afresh = x->clock.afresh - 1;
}

/* The good part of the file is used; all of it can be looked at. */
static void keep_copy(struct exporter *x)
{
	char name[64];
	struct problem why;

	snprintf(name, sizeof(name), STATE_FILE ".bad-%lld", (long long)time(NULL));
	if (files_replace(x->dir, name,
			  json_object_to_json_string_ext(found, JSON_C_TO_STRING_PRETTY),
			  0600, &why))
		say("%s", why.text);
	else
		say("%s: what could not be used is kept in %s", STATE_FILE, name);
}

/* Where it can be looked at, and not in the way. */
static void put_aside(struct exporter *x, const char *why)
{
	char aside[64];

	snprintf(aside, sizeof(aside), STATE_FILE ".bad-%lld", (long long)time(NULL));
	if (files_aside(x->dir, STATE_FILE, aside))
		say("%s: cannot be used: %s; it is kept as %s", STATE_FILE, why, aside);
	else
		say("%s: cannot be used: %s", STATE_FILE, why);
	damaged = true;
}

/* All of the text is one object, or NULL. */
static struct json_object *parse(const char *text)
{
	static const char blanks[] = { ' ', '\n', '\0' };
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *o = NULL;
	size_t end;

	if (!tokener)
		return NULL;
	o = json_tokener_parse_ex(tokener, text, strlen(text));
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (json_object_is_type(o, json_type_object) && !text[end + strspn(text + end, blanks)])
		return o;
	json_object_put(o);
	return NULL;
}

/* What an earlier exporter left is used, or put aside; 0 or -1 if neither. */
static int read_file(struct exporter *x, struct json_object **o, struct problem *why)
{
	char *text = files_read(x->dir, STATE_FILE, STATE_MAX, why);

	*o = NULL;
	if (!text && (errno == ENOMEM || errno == EMFILE || errno == ENFILE))
		return -1;
	if (!text && errno == ENOENT)
		lost = true;
	else if (!text)
		put_aside(x, why->text);
	if (!text)
		return 0;
	*o = parse(text);
	free(text);
	if (!*o)
		put_aside(x, "it is damaged");
	else if (json_int(*o, "version") != STATE_VERSION)
		put_aside(x, "it is of another version");
	else
		return 0;
	json_object_put(*o);
	*o = NULL;
	return 0;
}

/**
 * state_load - read what an earlier exporter left
 * @x: the exporter; dir and clock are set
 * @why: what went wrong
 *
 * A file that is damaged or of another boot is as good as none.
 *
 * Return: 0, or -1 if it could not be read for want of something else.
 */
int state_load(struct exporter *x, struct problem *why)
{
	struct json_object *o;
	char id[HEX_SIZE(16)];

	if (read_file(x, &o, why))
		return -1;
	if (!o)
		return 0;
	load_builds(o);
	state_host_id(id);
	if (strcmp(id, json_text(o, "host_id", ""))) {
		lost = true;
		json_object_put(o);
		return 0;
	}
	load_head(x, o);
	found = o;
	return 0;
}

/* Everything else works without it. */
static void load_doorbell(struct exporter *x, struct vm *vm,
			  struct json_object *o)
{
	struct json_object *bell;
	struct problem why;

	if (!json_object_object_get_ex(o, "doorbell", &bell))
		return;
	if (doorbell_create(x, vm, &why))
		say("%s: no doorbell: %s", vm->name, why.text);
	else
		doorbell_restore(vm, bell);
}

/* Fill in what is not saved. */
static void load_rest(struct exporter *x, struct vm *like, struct json_object *saved)
{
	if (!view_page(&x->clock, like->format, like->smear))
		like->smear = x->opt.smear;
	/* It is unknown which counts readers saw: start where they are unlikely to be. */
	like->page.seq = hostclock_rdtsc() & ~1U;
	like->page.vmclock_seq = like->page.seq;
	stopped_load(x, like, saved);
	if (x->afresh != x->clock.afresh || json_has(saved, "kept"))
		vm_renew(like);
}

/* One VM.  One that is wrong costs itself alone; one that cannot be now is kept. */
static void load_vm(struct exporter *x, struct json_object *saved)
{
	struct vm like = { .private = false }, *vm;
	struct problem why;

	if (saved_get(saved, &like, &why)) {
		say("%s: a VM cannot be used: %s", STATE_FILE, why.text);
		damaged = true;
		return;
	}
	if (vm_find(x, like.name) || vm_count(x) >= VM_MAX) {
		say("%s: %s cannot be used: %s", STATE_FILE, like.name,
		    vm_find(x, like.name) ? "it is there twice" : "there are too many VMs");
		damaged = true;
		return;
	}
	load_rest(x, &like, saved);
	vm = vm_create(x, &like, &why);
	if (!vm) {
		say("%s: cannot be followed for now, is tried again: %s", like.name, why.text);
		saved_keep(json_object_get(saved));
		return;
	}
	load_doorbell(x, vm, saved);
	attach_later(vm);
}

/**
 * state_restore - restore the guests of an earlier exporter
 * @x: the exporter, its clock pages published
 *
 * Those that cannot be are told of.
 */
void state_restore(struct exporter *x)
{
	struct json_object *list;
	u64 deadline_ns;
	size_t i, n = json_count(found, "vms", &list);

	for (i = 0; i < n; i++)
		load_vm(x, json_object_array_get_idx(list, i));
	deadline_ns = task_now_ns() + SETTLE_NS;
	while (!attach_again(x) && task_now_ns() < deadline_ns)
		loop_once(SETTLE_NS / 8);
	if (found && damaged)
		keep_copy(x);
	json_object_put(found);
	found = NULL;
	if (damaged || (lost && x->clock.continued))
		leftover_take(x);
	x->afresh = x->clock.afresh;
	exporter_changed(x);
}

/* Try again to restore those for whom there was no room. */
void state_retry(struct exporter *x)
{
	static u64 tried_tsc;
	size_t i = 0, n = 0;

	if (!saved_kept(0) || rate_ns(hostclock_rdtsc() - tried_tsc, x->clock.scale) < RETRY_NS)
		return;
	tried_tsc = hostclock_rdtsc();
	while (saved_kept(n))
		n++;
	for (; i < n; i++) {
		struct json_object *saved = saved_release(0);

		load_vm(x, saved);
		json_object_put(saved);
	}
	exporter_changed(x);
}
