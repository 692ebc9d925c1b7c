// SPDX-License-Identifier: GPL-2.0
#include <hostclock/validate.h>

#include "base/array.h"
#include "base/json.h"
#include "base/record.h"
#include "clock/page.h"
#include "stopped.h"

/* As of a guest page's offsets. */
#define OFFSET_MAX	(1LL << 62)

#define STOP	((struct vm_stop *)NULL)
#define NUMBER(key, place, min, max)	RECORD_FIELD(key, RECORD_NUMBER, place, min, max)
#define COUNTER(key, place)	RECORD_FIELD(key, RECORD_COUNTER, place, 0, 0)

static const struct record_field fields[] = {
	RECORD_FIELD("set", RECORD_HEX, STOP->params, 0, 0),
	COUNTER("guest_tsc", STOP->tsc),
	COUNTER("tsc_offset", STOP->tsc_offset),
	NUMBER("mono_offset", STOP->mono_offset, -OFFSET_MAX, OFFSET_MAX),
	NUMBER("raw_offset", STOP->raw_offset, -OFFSET_MAX, OFFSET_MAX),
	COUNTER("gaps_ns", STOP->gaps_ns),
	COUNTER("gaps_maxerror_ns", STOP->gaps_error_ns),
	COUNTER("ran_on_tsc", STOP->ran_on_tsc),
	NUMBER("origin", STOP->origin, 0, STOPPED_OTHER_HOST),
	COUNTER("maxerror_ns", STOP->error_ns),
	NUMBER("detached", STOP->detached, 0, 1),
	NUMBER("late", STOP->late, 0, 1),
};

void stopped_save(const struct vm *vm, struct json_object *out)
{
	struct json_object *o;

	if (!vm->stop.known)
		return;
	o = json_object_new_object();
	record_put(o, fields, ARRAY_SIZE(fields), &vm->stop);
	json_object_object_add(out, "stopped", o);
}

/* All that stopped_save() depends on. */
void stopped_image(const struct vm *vm, struct record_image *image)
{
	if (vm->stop.known)
		record_image_members(image, fields, ARRAY_SIZE(fields), &vm->stop);
}

/* Do not calculate with parameters that no page would have contained. */
static bool is_good(const struct exporter *x, const struct vm *vm, const struct vm_stop *stop)
{
	const struct page_view *pg = view_page(&x->clock, vm->format, vm->smear);
	struct hostclock_clock_page header = { 0 };

	if (!pg)
		return false;
	pages_header(&x->clock, pg, &header);
	return hostclock_validate_params(&header, &stop->params) == HOSTCLOCK_PAGE_OK;
}

/* The guest's page, format and smear, is known already. */
void stopped_load(struct exporter *x, struct vm *vm, struct json_object *in)
{
	struct vm_stop stop = { .known = true };
	struct json_object *o;
	struct problem why;

	if (!json_object_object_get_ex(in, "stopped", &o))
		return;
	if (record_get(o, fields, ARRAY_SIZE(fields), &stop, &why))
		say("%s: where it stopped cannot be read: %s", vm->name, why.text);
	else if (!is_good(x, vm, &stop))
		say("%s: where it stopped cannot be used", vm->name);
	else
		vm->stop = stop;
}
