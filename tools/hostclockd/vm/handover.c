// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <hostclock/mult_shift.h>
#include <hostclock/clocks.h>

#include "base/hex.h"
#include "base/json.h"
#include "base/names.h"
#include "clock/hostid.h"
#include "clock/page.h"
#include "handover.h"

#define HANDOVER_VERSION	1

static void put_clocks(const struct vm *vm, struct json_object *record)
{
	struct hostclock_offsets offsets = { vm->stop.mono_offset, vm->stop.raw_offset };
	struct hostclock_clocks clocks;

	hostclock_clocks_at(&vm->stop.params, &offsets,
			    vm->stop.tsc - vm->stop.tsc_offset, &clocks);
	json_put_int(record, "realtime_ns", hostclock_time_ns(clocks.realtime));
	json_put_int(record, "monotonic_ns", hostclock_time_ns(clocks.monotonic));
	json_put_int(record, "raw_ns", hostclock_time_ns(clocks.raw));
	json_put_int(record, "host_monotonic_ns",
		     hostclock_time_ns(clocks.monotonic) - vm->stop.mono_offset);
	json_put_int(record, "mult", HOSTCLOCK_LE32(vm->stop.params.mult));
	json_put_int(record, "raw_mult", HOSTCLOCK_LE32(vm->stop.params.raw_mult));
	json_put_int(record, "shift", HOSTCLOCK_LE32(vm->stop.params.shift));
}

/*
 * REALTIME's error bounds against the host's clock and, if the host is synchronized,
 * against UTC.
 */
static void put_bounds(const struct vm *vm, struct json_object *record)
{
	struct hostclock_sync_quality trust;

	hostclock_sync_quality_at(&vm->stop.params, vm->stop.tsc - vm->stop.tsc_offset, &trust);
	json_put_text(record, "status", names_status[vm->stop.params.status]);
	json_put_error(record, "maxerror_ns", trust.maxerror_ns);
	json_put_error(record, "utc_maxerror_ns", trust.synchronized ?
		       trust.utc_maxerror_ns : HOSTCLOCK_ERROR_UNKNOWN);
}

/* Identifies the host clock; 0 for simulated ones, which no other exporter has. */
static void clocks_id(const struct exporter *x, char text[HEX_SIZE(16)])
{
	u8 id[16] = { 0 };

	if (!x->clock.simulated)
		hostid_boot(id);
	hex_write(text, id, sizeof(id));
}

static bool is_same_host(const struct exporter *x, struct json_object *record)
{
	char id[HEX_SIZE(16)];

	clocks_id(x, id);
	return strspn(id, "0") != 32 &&
	       !strcmp(id, json_text(record, "host_id", "")) &&
	       json_has(record, "host_monotonic_ns");
}

/**
 * handover_fill - make the handover record of a guest
 * @x: the exporter
 * @vm: the guest, stopped
 * @record: where to put it
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int handover_fill(struct exporter *x, const struct vm *vm,
		  struct json_object *record, struct problem *why)
{
	char id[HEX_SIZE(16)];

	if (vm->state == VM_RUNNING || !vm->stop.known)
		return problem_set(why,
				   "%s: it runs, or was never seen to stop; stop it first",
				   vm->name);
	clocks_id(x, id);
	json_put_int(record, "version", HANDOVER_VERSION);
	json_put_text(record, "host_id", id);
	json_put_text(record, "format", names_format[vm->format]);
	json_put_uint(record, "tsc_hz", x->clock.khz * 1000);
	json_put_uint(record, "guest_tsc", vm->stop.tsc);
	json_put_bool(record, "late", vm->stop.late);
	put_clocks(vm, record);
	put_bounds(vm, record);
	json_put_uint(record, "generation", vm->page.generation);
	json_put_uint(record, "gaps_ns", vm->stop.gaps_ns);
	json_put_uint(record, "ran_on_tsc", vm->stop.ran_on_tsc);
	json_put_error(record, "gaps_maxerror_ns", vm->stop.gaps_error_ns);
	return 0;
}

/*
 * Parameters that give the record's clocks at counter 0; MONOTONIC is the host's if
 * the record is from this host.
 */
static void handover_params(struct exporter *x, const struct vm *vm,
			    struct json_object *record, struct hostclock_params *params)
{
	struct params p = view_page(&x->clock, vm->format, vm->smear)->params;

	if (json_has(record, "shift")) {
		p.mult = json_int(record, "mult");
		p.raw_mult = json_int(record, "raw_mult");
		p.shift = json_int(record, "shift");
	}
	params_rebase(&p, 0, json_int(record, "monotonic_ns") - vm->stop.mono_offset,
		      json_int(record, "raw_ns"));
	p.realtime_offset_ns = json_int(record, "realtime_ns") -
		    json_int(record, "monotonic_ns") + vm->stop.mono_offset;
	params_encode(&p, params);
}

static int handover_check(const struct exporter *x, const struct vm *vm,
			  struct json_object *record, struct problem *why)
{
	u64 hz = json_uint(record, "tsc_hz"), here = x->clock.khz * 1000;
	u64 apart = hz > here ? hz - here : here - hz;

	if (json_int(record, "version") != HANDOVER_VERSION)
		return problem_set(why,
				   "this is not what `hostclockctl handover` prints, of version %d",
				   HANDOVER_VERSION);
	if (strcmp(json_text(record, "format", ""), names_format[vm->format]))
		return problem_set(why,
				   "%s: it follows %s pages, but came from %s ones; create it with --format %s",
				   vm->name, names_format[vm->format],
				   json_text(record, "format", "?"),
				   json_text(record, "format", "?"));
	/* A kernel measures its TSC to some 100 ppm. */
	if (!vm->format && apart > here / 1000)
		return problem_set(why,
				   "%s: its TSC ran at %llu Hz, this host's runs at %llu Hz",
				   vm->name, (unsigned long long)hz,
				   (unsigned long long)here);
	if (json_has(record, "shift") &&
	    (json_uint(record, "shift") - 1 >= HOSTCLOCK_MAX_SHIFT ||
	     json_uint(record, "mult") - 1 >= UINT32_MAX ||
	     json_uint(record, "raw_mult") - 1 >= UINT32_MAX))
		return problem_set(why, "%s: no rate in the handover record", vm->name);
	if (json_int(record, "monotonic_ns") < 0 || json_int(record, "raw_ns") < 0 ||
	    json_int(record, "realtime_ns") < 0)
		return problem_set(why, "%s: clocks before 0 in the handover record", vm->name);
	return 0;
}

/**
 * handover_take - continue a guest that another exporter handed over
 * @x: the exporter
 * @vm: the guest; nothing is followed for it yet
 * @record: from handover_fill()
 * @why: what went wrong
 *
 * Its next epoch continues from there.
 *
 * Return: 0 or -1.
 */
int handover_take(struct exporter *x, struct vm *vm, struct json_object *record,
		  struct problem *why)
{
	bool same_host;

	if (vm->source.method != VM_DETACHED)
		return problem_set(why, "%s: is attached to a VM already; take over before that",
				   vm->name);
	if (handover_check(x, vm, record, why))
		return -1;
	same_host = is_same_host(x, record);
	vm->stop.known = true;
	vm->stop.origin = same_host ? STOPPED_SAME_HOST : STOPPED_OTHER_HOST;
	vm->stop.error_ns = json_error(record, same_host ? "maxerror_ns" :
						       "utc_maxerror_ns");
	vm->stop.detached = false;
	vm->stop.late = json_int(record, "late");
	vm->stop.tsc = json_uint(record, "guest_tsc");
	vm->stop.tsc_offset = vm->stop.tsc;
	vm->stop.mono_offset = same_host ? json_int(record, "monotonic_ns") -
				 json_int(record, "host_monotonic_ns") : 0;
	vm->stop.raw_offset = 0;
	vm->stop.gaps_ns = json_uint(record, "gaps_ns");
	vm->stop.ran_on_tsc = json_uint(record, "ran_on_tsc");
	vm->stop.gaps_error_ns = json_error(record, "gaps_maxerror_ns");
	handover_params(x, vm, record, &vm->stop.params);
	vm->page.generation = json_uint(record, "generation");
	vm->next_cause = HOSTCLOCK_CAUSE_MIGRATION;
	vm->taken_over = true;
	return 0;
}
