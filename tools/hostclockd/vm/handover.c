// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <hostclock/mult_shift.h>
#include <hostclock/clocks.h>

#include "base/hex.h"
#include "base/json.h"
#include "base/names.h"
#include "clock/page.h"
#include "handover.h"

#define HANDOVER_VERSION	1

static void put_clocks(const struct vm *vm, struct json_object *tuple)
{
	struct hostclock_offsets offsets = { vm->stop.mono_offset, vm->stop.raw_offset };
	struct hostclock_clocks clocks;

	hostclock_clocks_at(&vm->stop.params, &offsets,
			    vm->stop.tsc - vm->stop.tsc_offset, &clocks);
	json_put_int(tuple, "realtime_ns", hostclock_time_ns(clocks.realtime));
	json_put_int(tuple, "monotonic_ns", hostclock_time_ns(clocks.monotonic));
	json_put_int(tuple, "raw_ns", hostclock_time_ns(clocks.raw));
	json_put_int(tuple, "host_monotonic_ns",
		     hostclock_time_ns(clocks.monotonic) - vm->stop.mono_offset);
	json_put_int(tuple, "mult", HOSTCLOCK_LE32(vm->stop.params.mult));
	json_put_int(tuple, "raw_mult", HOSTCLOCK_LE32(vm->stop.params.raw_mult));
	json_put_int(tuple, "shift", HOSTCLOCK_LE32(vm->stop.params.shift));
}

/*
 * What the clocks are worth: bounds of REALTIME against the host's and against UTC,
 * if the host itself vouches for them.
 */
static void put_bounds(const struct vm *vm, struct json_object *tuple)
{
	struct hostclock_sync_quality trust;

	hostclock_sync_quality_at(&vm->stop.params, vm->stop.tsc - vm->stop.tsc_offset, &trust);
	json_put_text(tuple, "status", names_status[vm->stop.params.status]);
	json_put_error(tuple, "maxerror_ns", trust.maxerror_ns);
	json_put_error(tuple, "utc_maxerror_ns", trust.synchronized ?
		       trust.utc_maxerror_ns : HOSTCLOCK_ERROR_UNKNOWN);
}

/* Which clocks these are; simulated ones are nobody else's. */
static void clocks_id(const struct exporter *x, char text[HEX_SIZE(16)])
{
	u8 id[16] = { 0 };

	if (!x->src->simulated)
		pages_host_id(id);
	hex_write(text, id, sizeof(id));
}

static bool is_same_host(const struct exporter *x, struct json_object *tuple)
{
	char id[HEX_SIZE(16)];

	clocks_id(x, id);
	return strspn(id, "0") != 32 &&
	       !strcmp(id, json_text(tuple, "host_id", "")) &&
	       json_has(tuple, "host_monotonic_ns");
}

/**
 * handover_fill - what another exporter needs to go on with a guest
 * @x: the exporter
 * @vm: the guest, stopped
 * @tuple: where to put it: the guest's counter and clocks at one instant
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int handover_fill(struct exporter *x, const struct vm *vm,
		  struct json_object *tuple, struct problem *why)
{
	char id[HEX_SIZE(16)];

	if (vm->state == VM_RUNNING || !vm->stop.known)
		return problem_set(why,
				   "%s: it runs, or was never seen to stop; stop it first",
				   vm->name);
	clocks_id(x, id);
	json_put_int(tuple, "version", HANDOVER_VERSION);
	json_put_text(tuple, "host_id", id);
	json_put_text(tuple, "format", names_format[vm->format]);
	json_put_uint(tuple, "tsc_hz", x->khz * 1000);
	json_put_uint(tuple, "guest_tsc", vm->stop.tsc);
	json_put_bool(tuple, "late", vm->stop.late);
	put_clocks(vm, tuple);
	put_bounds(vm, tuple);
	json_put_uint(tuple, "generation", vm->page.generation);
	json_put_uint(tuple, "gaps_ns", vm->stop.gaps_ns);
	json_put_uint(tuple, "ran_on_tsc", vm->stop.ran_on_tsc);
	json_put_error(tuple, "gaps_maxerror_ns", vm->stop.gaps_error_ns);
	return 0;
}

/*
 * A set that gives the clocks of the tuple, at counter 0; MONOTONIC as the host's if
 * that is this one.
 */
static void handover_params(struct exporter *x, const struct vm *vm,
			    struct json_object *tuple, struct hostclock_params *set)
{
	struct params p = pages_find(x, vm->format, vm->smear)->set;

	if (json_has(tuple, "shift")) {
		p.mult = json_int(tuple, "mult");
		p.raw_mult = json_int(tuple, "raw_mult");
		p.shift = json_int(tuple, "shift");
	}
	params_rebase(&p, 0, json_int(tuple, "monotonic_ns") - vm->stop.mono_offset,
		      json_int(tuple, "raw_ns"));
	p.realtime_offset_ns = json_int(tuple, "realtime_ns") -
		    json_int(tuple, "monotonic_ns") + vm->stop.mono_offset;
	params_encode(&p, set);
}

static int handover_check(const struct exporter *x, const struct vm *vm,
			  struct json_object *tuple, struct problem *why)
{
	u64 hz = json_uint(tuple, "tsc_hz"), here = x->khz * 1000;
	u64 apart = hz > here ? hz - here : here - hz;

	if (json_int(tuple, "version") != HANDOVER_VERSION)
		return problem_set(why,
				   "this is not what `hostclockctl handover` prints, of version %d",
				   HANDOVER_VERSION);
	if (strcmp(json_text(tuple, "format", ""), names_format[vm->format]))
		return problem_set(why,
				   "%s: it follows %s pages, but came from %s ones; create it with --format %s",
				   vm->name, names_format[vm->format],
				   json_text(tuple, "format", "?"),
				   json_text(tuple, "format", "?"));
	/* A kernel measures its TSC to some 100 ppm. */
	if (!vm->format && apart > here / 1000)
		return problem_set(why,
				   "%s: its TSC ran at %llu Hz, this host's runs at %llu Hz",
				   vm->name, (unsigned long long)hz,
				   (unsigned long long)here);
	if (json_has(tuple, "shift") &&
	    (json_uint(tuple, "shift") - 1 >= HOSTCLOCK_MAX_SHIFT ||
	     json_uint(tuple, "mult") - 1 >= UINT32_MAX ||
	     json_uint(tuple, "raw_mult") - 1 >= UINT32_MAX))
		return problem_set(why, "%s: no rate in the tuple", vm->name);
	if (json_int(tuple, "monotonic_ns") < 0 || json_int(tuple, "raw_ns") < 0 ||
	    json_int(tuple, "realtime_ns") < 0)
		return problem_set(why, "%s: clocks before 0 in the tuple", vm->name);
	return 0;
}

/**
 * handover_take - go on with a guest that another exporter handed over
 * @x: the exporter
 * @vm: the guest; nothing is followed for it yet
 * @tuple: from handover_fill()
 * @why: what went wrong
 *
 * Its next epoch continues from there.
 *
 * Return: 0 or -1.
 */
int handover_take(struct exporter *x, struct vm *vm, struct json_object *tuple,
		  struct problem *why)
{
	bool same_host;

	if (vm->source.method != VM_DETACHED)
		return problem_set(why, "%s: is attached to a VM already; take over before that",
				   vm->name);
	if (handover_check(x, vm, tuple, why))
		return -1;
	same_host = is_same_host(x, tuple);
	vm->stop.known = true;
	vm->stop.origin = same_host ? STOPPED_SAME_HOST : STOPPED_OTHER_HOST;
	vm->stop.error_ns = json_error(tuple, same_host ? "maxerror_ns" :
						       "utc_maxerror_ns");
	vm->stop.detached = false;
	vm->stop.late = json_int(tuple, "late");
	vm->stop.tsc = json_uint(tuple, "guest_tsc");
	vm->stop.tsc_offset = vm->stop.tsc;
	vm->stop.mono_offset = same_host ? json_int(tuple, "monotonic_ns") -
				 json_int(tuple, "host_monotonic_ns") : 0;
	vm->stop.raw_offset = 0;
	vm->stop.gaps_ns = json_uint(tuple, "gaps_ns");
	vm->stop.ran_on_tsc = json_uint(tuple, "ran_on_tsc");
	vm->stop.gaps_error_ns = json_error(tuple, "gaps_maxerror_ns");
	handover_params(x, vm, tuple, &vm->stop.params);
	vm->page.generation = json_uint(tuple, "generation");
	vm->next_cause = HOSTCLOCK_CAUSE_MIGRATION;
	vm->taken_over = true;
	return 0;
}
