// SPDX-License-Identifier: GPL-2.0
#include "base/array.h"
#include "base/json.h"
#include "base/record.h"
#include "name.h"
#include "saved.h"

/* Far more than a clock counts, and far enough from where it would overflow. */
#define OFFSET_MAX	(1LL << 62)
/* The kernel's PID_MAX_LIMIT. */
#define PID_LIMIT	4194304

#define VM	((struct vm *)NULL)
#define NUMBER(key, place, min, max) \
	RECORD_FIELD(key, RECORD_NUMBER, place, min, max)
#define OFFSET(key, place)	NUMBER(key, place, -OFFSET_MAX, OFFSET_MAX)
#define COUNTER(key, place)	RECORD_FIELD(key, RECORD_COUNTER, place, 0, 0)
#define TEXT(key, place)	RECORD_FIELD(key, RECORD_TEXT, place, 0, 0)
#define HEX(key, place)	RECORD_FIELD(key, RECORD_HEX, place, 0, 0)

static const struct record_field fields[] = {
	TEXT("name", VM->name),
	TEXT("qmp", VM->source.qmp_path),
	TEXT("events", VM->source.events_path),
	NUMBER("private", VM->private, 0, 1),
	NUMBER("format", VM->format, 0, HOSTCLOCK_FORMAT_SCALED),
	NUMBER("smear", VM->smear, 0, HOSTCLOCK_SMEAR_UTC_SLS),
	NUMBER("policy", VM->policy, 0, HOSTCLOCK_POLICY_STEAL),
	COUNTER("epoch", VM->page.epoch),
	NUMBER("cause", VM->page.cause, 0, HOSTCLOCK_CAUSE_EXPORTER),
	COUNTER("tsc_offset", VM->page.tsc_offset),
	OFFSET("mono_offset", VM->page.mono_offset),
	OFFSET("raw_offset", VM->page.raw_offset),
	COUNTER("generation", VM->page.generation),
	COUNTER("resume_tsc", VM->page.resume_tsc),
	COUNTER("gap_ns", VM->page.gap_ns),
	COUNTER("stop_tsc", VM->page.stop_tsc),
	COUNTER("gaps_ns", VM->page.gaps_ns),
	COUNTER("ran_on_tsc", VM->page.ran_on_tsc),
	COUNTER("gap_maxerror_ns", VM->page.gap_error_ns),
	COUNTER("gaps_maxerror_ns", VM->page.gaps_error_ns),
	COUNTER("marker", VM->page.marker),
	NUMBER("next_cause", VM->next_cause, 0, VM_CAUSE_FOUND),
	NUMBER("method", VM->source.method, 0, VM_KVM),
	NUMBER("state", VM->state, 0, VM_GONE),
	NUMBER("pid", VM->source.pid, 0, PID_LIMIT),
	COUNTER("pid_start", VM->source.pid_start),
	COUNTER("stopped_offset", VM->source.kvm_offset),
	NUMBER("taken_over", VM->taken_over, 0, 1),
	HEX("vm_id", VM->page.vm_id),
};

struct json_object *saved_put(const struct vm *vm)
{
	struct json_object *o = json_object_new_object();

	record_put(o, fields, ARRAY_SIZE(fields), vm);
	if (vm->source.tcg.proven)
		json_put_uint(o, "tcg_address", vm->source.tcg.address);
	return o;
}

/* All that saved_put() depends on. */
void saved_image(const struct vm *vm, struct record_image *image)
{
	record_image_members(image, fields, ARRAY_SIZE(fields), vm);
	record_image_add(image, &vm->source.tcg.proven, sizeof(vm->source.tcg.proven));
	record_image_add(image, &vm->source.tcg.address, sizeof(vm->source.tcg.address));
}

/**
 * saved_get - read what was saved of a guest
 * @o: of saved_put()
 * @vm: where to put it
 * @why: what is wrong with it
 *
 * What it says may be another guest's, but it is safe to use.
 *
 * Return: 0 or -1.
 */
int saved_get(struct json_object *o, struct vm *vm, struct problem *why)
{
	if (record_get(o, fields, ARRAY_SIZE(fields), vm, why) || !vm_name_ok(vm->name, why))
		return -1;
	vm->source.tcg.address = json_uint(o, "tcg_address");
	if (vm->page.epoch == ~0ULL)
		return problem_set(why, "epoch: cannot be 2^64 - 1");
	if (vm->next_cause > HOSTCLOCK_CAUSE_EXPORTER && vm->next_cause != VM_CAUSE_FOUND)
		return problem_set(why, "next_cause: cannot be %u", vm->next_cause);
	return 0;
}

/*
 * Guests that could not be taken up for want of memory, descriptors or room, as they were
 * saved: saved again, and tried again.
 */
static struct json_object *kept;

/* Takes over the reference.  The clock may start afresh until it is taken up. */
void saved_keep(struct json_object *o)
{
	json_put_bool(o, "kept", true);
	if (!kept)
		kept = json_object_new_array();
	json_object_array_add(kept, o);
}

/* That one, or NULL behind the last. */
struct json_object *saved_kept(size_t i)
{
	if (!kept || i >= json_object_array_length(kept))
		return NULL;
	return json_object_array_get_idx(kept, i);
}

/* The same, and it is the caller's from now on. */
struct json_object *saved_release(size_t i)
{
	struct json_object *o = json_object_get(json_object_array_get_idx(kept, i));

	json_object_array_del_idx(kept, i, 1);
	return o;
}
