// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
#include "restore.h"
#include "state.h"
#include "stopped.h"

/* For VMs' monitors to answer, before there are any other. */
#define SETTLE_NS	(150 * NSEC_PER_MSEC)

/* The state file's content, until the VMs are restored. */
static struct json_object *found;

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

/**
 * state_load - read what an earlier exporter left
 * @x: the exporter; dir and clock are set
 * @why: what went wrong
 *
 * A file that is damaged or of another boot is as good as none.
 *
 * Return: 0, or -1 if the file must not be trusted at all.
 */
int state_load(struct exporter *x, struct problem *why)
{
	struct json_object *o;
	char id[HEX_SIZE(16)], *text;

	text = files_read(x->dir, STATE_FILE, STATE_MAX, why);
	if (!text)
		return errno == ENOENT ? 0 : -1;
	o = json_tokener_parse(text);
	free(text);
	if (!o || json_int(o, "version") != STATE_VERSION) {
		say("%s: cannot be used, starting afresh", STATE_FILE);
		json_object_put(o);
		return 0;
	}
	load_builds(o);
	state_host_id(id);
	if (strcmp(id, json_text(o, "host_id", ""))) {
		json_object_put(o);
		return 0;
	}
	load_head(x, o);
	found = o;
	return 0;
}

static void load_vm(struct json_object *o, struct vm *vm)
{
	snprintf(vm->name, sizeof(vm->name), "%s", json_text(o, "name", ""));
	snprintf(vm->source.qmp_path, sizeof(vm->source.qmp_path), "%s",
		 json_text(o, "qmp", ""));
	snprintf(vm->source.events_path, sizeof(vm->source.events_path), "%s",
		 json_text(o, "events", ""));
	vm->private = json_int(o, "private");
	vm->format = json_int(o, "format");
	vm->smear = json_int(o, "smear");
	vm->policy = json_int(o, "policy");
	vm->page.epoch = json_uint(o, "epoch");
	vm->page.cause = json_int(o, "cause");
	vm->page.tsc_offset = json_uint(o, "tsc_offset");
	vm->page.mono_offset = json_int(o, "mono_offset");
	vm->page.raw_offset = json_int(o, "raw_offset");
	vm->page.generation = json_uint(o, "generation");
	vm->page.resume_tsc = json_uint(o, "resume_tsc");
	vm->page.gap_ns = json_uint(o, "gap_ns");
	vm->page.stop_tsc = json_uint(o, "stop_tsc");
	vm->page.gaps_ns = json_uint(o, "gaps_ns");
	vm->page.ran_on_tsc = json_uint(o, "ran_on_tsc");
	vm->page.gap_error_ns = json_uint(o, "gap_maxerror_ns");
	vm->page.gaps_error_ns = json_uint(o, "gaps_maxerror_ns");
	vm->page.marker = json_uint(o, "marker");
	vm->next_cause = json_int(o, "next_cause");
	vm->source.method = json_int(o, "method");
	vm->state = json_int(o, "state");
	vm->source.pid = json_int(o, "pid");
	vm->source.pid_start = json_uint(o, "pid_start");
	vm->source.kvm_offset = json_uint(o, "stopped_offset");
	vm->taken_over = json_int(o, "taken_over");
	hex_read(json_text(o, "vm_id", ""), vm->page.vm_id, sizeof(vm->page.vm_id));
	/* It is unknown which counts readers saw: start where they are unlikely to be. */
	vm->page.seq = hostclock_rdtsc() & ~1U;
	vm->page.vmclock_seq = vm->page.seq;
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

/**
 * state_restore - restore the guests of an earlier exporter
 * @x: the exporter, its clock pages published
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int state_restore(struct exporter *x, struct problem *why)
{
	struct json_object *list;
	u64 deadline_ns;
	size_t i, n = json_count(found, "vms", &list);

	for (i = 0; i < n; i++) {
		struct json_object *saved = json_object_array_get_idx(list, i);
		struct vm like = { .private = false }, *vm;

		load_vm(saved, &like);
		if (!view_page(&x->clock, like.format, like.smear))
			like.smear = x->opt.smear;
		stopped_load(x, &like, saved);
		if (x->afresh != x->clock.afresh)
			vm_renew(&like);
		vm = vm_create(x, &like, why);
		if (!vm)
			return -1;
		load_doorbell(x, vm, saved);
		attach_later(vm);
	}
	deadline_ns = task_now_ns() + SETTLE_NS;
	while (!attach_again(x) && task_now_ns() < deadline_ns)
		loop_once(SETTLE_NS / NSEC_PER_MSEC / 8);
	json_object_put(found);
	found = NULL;
	x->afresh = x->clock.afresh;
	exporter_changed(x);
	return 0;
}
