// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/rate.h"
#include "clock/hostid.h"
#include "doorbell.h"
#include "qemu/tcgcache.h"
#include "state.h"
#include "stopped.h"

/* Time between attempts to write the state after an error. */
#define RETRY_NS	NSEC_PER_SEC

void state_host_id(char text[HEX_SIZE(16)])
{
	u8 id[16];

	hostid_boot(id);
	hex_write(text, id, sizeof(id));
}

static struct json_object *save_vm(const struct vm *vm)
{
	struct json_object *o = json_object_new_object();
	char id[HEX_SIZE(sizeof(vm->page.vm_id))];

	hex_write(id, vm->page.vm_id, sizeof(vm->page.vm_id));
	json_put_text(o, "name", vm->name);
	json_put_text(o, "qmp", vm->source.qmp_path);
	json_put_text(o, "events", vm->source.events_path);
	json_put_int(o, "private", vm->private);
	json_put_int(o, "format", vm->format);
	json_put_int(o, "smear", vm->smear);
	json_put_int(o, "policy", vm->policy);
	json_put_uint(o, "epoch", vm->page.epoch);
	json_put_int(o, "cause", vm->page.cause);
	json_put_uint(o, "tsc_offset", vm->page.tsc_offset);
	json_put_int(o, "mono_offset", vm->page.mono_offset);
	json_put_int(o, "raw_offset", vm->page.raw_offset);
	json_put_uint(o, "generation", vm->page.generation);
	json_put_uint(o, "resume_tsc", vm->page.resume_tsc);
	json_put_uint(o, "gap_ns", vm->page.gap_ns);
	json_put_uint(o, "stop_tsc", vm->page.stop_tsc);
	json_put_uint(o, "gaps_ns", vm->page.gaps_ns);
	json_put_uint(o, "ran_on_tsc", vm->page.ran_on_tsc);
	json_put_uint(o, "gap_maxerror_ns", vm->page.gap_error_ns);
	json_put_uint(o, "gaps_maxerror_ns", vm->page.gaps_error_ns);
	json_put_uint(o, "marker", vm->page.marker);
	json_put_int(o, "next_cause", vm->next_cause);
	json_put_int(o, "method", vm->source.method);
	json_put_int(o, "state", vm->state);
	json_put_int(o, "pid", vm->source.pid);
	json_put_uint(o, "pid_start", vm->source.pid_start);
	json_put_uint(o, "stopped_offset", vm->source.kvm_offset);
	json_put_bool(o, "taken_over", vm->taken_over);
	json_put_text(o, "vm_id", id);
	stopped_save(vm, o);
	if (vm->doorbell)
		json_object_object_add(o, "doorbell", doorbell_save(vm));
	return o;
}

static void save_head(const struct exporter *x, struct json_object *o)
{
	char id[HEX_SIZE(16)];

	state_host_id(id);
	json_put_int(o, "version", STATE_VERSION);
	json_put_text(o, "host_id", id);
	json_put_uint(o, "pages_afresh", x->afresh);
}

static struct json_object *save_builds(void)
{
	struct json_object *list = json_object_new_array(), *build;
	const char *key;
	u64 offset;
	int i;

	for (i = 0; (key = tcgcache_entry(i, &offset)); i++) {
		build = json_object_new_object();
		json_put_text(build, "build", key);
		json_put_uint(build, "offset", offset);
		json_object_array_add(list, build);
	}
	return list;
}

static int write_state(struct exporter *x, struct problem *why)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct vm *vm;
	int bad;

	save_head(x, o);
	for (vm = x->vms; vm; vm = vm->next)
		json_object_array_add(list, save_vm(vm));
	json_object_object_add(o, "vms", list);
	json_object_object_add(o, "qemu_builds", save_builds());
	bad = files_replace(x->dir, STATE_FILE,
			    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY),
			    0600, why);
	json_object_put(o);
	return bad;
}

/**
 * state_sync - write the state, if any of it has changed since it was written
 * @x: the exporter
 * @why: what went wrong
 *
 * Return: 0 or -1; then the state is still to be written.
 */
int state_sync(struct exporter *x, struct problem *why)
{
	if (!x->unsaved)
		return 0;
	if (write_state(x, why))
		return -1;
	x->unsaved = false;
	return 0;
}

/* The same at the end of a dispatch: logs an error once, and retries every RETRY_NS. */
void state_keep(struct exporter *x)
{
	static struct problem said;
	static u64 failed_tsc;
	struct problem why;

	if (!x->unsaved) {
		said.text[0] = '\0';
		return;
	}
	if (said.text[0] &&
	    rate_ns(hostclock_rdtsc() - failed_tsc, x->clock.scale) < RETRY_NS)
		return;
	if (!state_sync(x, &why)) {
		said.text[0] = '\0';
		return;
	}
	failed_tsc = hostclock_rdtsc();
	if (strcmp(said.text, why.text))
		say("%s", why.text);
	said = why;
}
