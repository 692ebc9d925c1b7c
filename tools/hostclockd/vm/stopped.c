// SPDX-License-Identifier: GPL-2.0
#include <hostclock/validate.h>

#include "base/hex.h"
#include "base/json.h"
#include "clock/page.h"
#include "stopped.h"

void stopped_save(const struct vm *vm, struct json_object *out)
{
	char set[HEX_SIZE(sizeof(vm->stop.params))];
	struct json_object *o;

	if (!vm->stop.known)
		return;
	o = json_object_new_object();
	hex_write(set, &vm->stop.params, sizeof(vm->stop.params));
	json_put_text(o, "set", set);
	json_put_uint(o, "guest_tsc", vm->stop.tsc);
	json_put_uint(o, "tsc_offset", vm->stop.tsc_offset);
	json_put_int(o, "mono_offset", vm->stop.mono_offset);
	json_put_int(o, "raw_offset", vm->stop.raw_offset);
	json_put_uint(o, "gaps_ns", vm->stop.gaps_ns);
	json_put_uint(o, "gaps_maxerror_ns", vm->stop.gaps_error_ns);
	json_put_uint(o, "ran_on_tsc", vm->stop.ran_on_tsc);
	json_put_int(o, "origin", vm->stop.origin);
	json_put_uint(o, "maxerror_ns", vm->stop.error_ns);
	json_put_bool(o, "detached", vm->stop.detached);
	json_put_bool(o, "late", vm->stop.late);
	json_object_object_add(out, "stopped", o);
}

/* Do not calculate with parameters that no page would have contained. */
static bool load_params(struct exporter *x, struct vm *vm, struct json_object *o)
{
	const struct page_view *pg = view_page(&x->clock, vm->format, vm->smear);
	struct hostclock_clock_page header = { 0 };

	if (!pg || !hex_read(json_text(o, "set", ""), &vm->stop.params,
			     sizeof(vm->stop.params)))
		return false;
	pages_header(&x->clock, pg, &header);
	return hostclock_validate_params(&header, &vm->stop.params) == HOSTCLOCK_PAGE_OK;
}

/* The guest's page, format and smear, is known already. */
void stopped_load(struct exporter *x, struct vm *vm, struct json_object *in)
{
	struct json_object *o;

	if (!json_object_object_get_ex(in, "stopped", &o))
		return;
	vm->stop.origin = json_uint(o, "origin");
	if (vm->stop.origin > STOPPED_OTHER_HOST || !load_params(x, vm, o)) {
		say("%s: where it stopped cannot be read", vm->name);
		return;
	}
	vm->stop.tsc = json_uint(o, "guest_tsc");
	vm->stop.tsc_offset = json_uint(o, "tsc_offset");
	vm->stop.mono_offset = json_int(o, "mono_offset");
	vm->stop.raw_offset = json_int(o, "raw_offset");
	vm->stop.gaps_ns = json_uint(o, "gaps_ns");
	vm->stop.gaps_error_ns = json_uint(o, "gaps_maxerror_ns");
	vm->stop.ran_on_tsc = json_uint(o, "ran_on_tsc");
	vm->stop.error_ns = json_uint(o, "maxerror_ns");
	vm->stop.detached = json_int(o, "detached");
	vm->stop.late = json_int(o, "late");
	vm->stop.known = true;
}
