// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include <hostclock/continuity.h>

#include "json.h"
#include "names.h"
#include "page.h"
#include "seam.h"

#define TUPLE_VERSION	1

/* A set, taken to have held from a counter value on if it began after it. */
static void encode_from(struct pset *p, u64 counter, struct hostclock_params *set)
{
	if ((s64)(counter - p->cycle_last) < 0)
		pset_rebase(p, counter, pset_mono(p, counter),
			    pset_raw(p, counter));
	pset_encode(p, set);
}

/*
 * The set that held, or holds, at a counter value of the page followed.  Further
 * back than the page remembers, the older set is taken to have held already.
 */
static void set_at(struct exporter *x, const struct vm *vm, u64 counter,
		   struct hostclock_params *set)
{
	const struct page *pg = pages_find(x, vm->format, vm->smear);
	struct pset p = *page_set_at(pg, counter);

	encode_from(&p, counter, set);
}

/**
 * vm_stopped - the guest does not run any more
 * @x: the exporter
 * @vm: the guest
 * @guest_tsc: its counter when it last did
 * @late: or at some value before that: nobody told when
 *
 * Remembers what its clocks said there, for them to continue from.
 */
void vm_stopped(struct exporter *x, struct vm *vm, u64 guest_tsc, bool late)
{
	vm->state = VM_STOPPED;
	/* Looked at again, or never told a time. */
	if (!vm->epoch || (vm->has_stopped && vm->stop_tsc == guest_tsc))
		return;
	vm->has_stopped = true;
	vm->stop_foreign = false;
	vm->stop_detached = false;
	vm->stop_late = late;
	vm->stop_tsc = guest_tsc;
	vm->stop_offset = vm->tsc_offset;
	vm->stop_mono = vm->mono_offset;
	vm->stop_raw = vm->raw_offset;
	vm->stop_gaps_ns = vm->gaps_ns;
	set_at(x, vm, guest_tsc - vm->tsc_offset, &vm->stop_set);
}

/*
 * A guest whose stop was noticed late, and which goes on at a counter value before
 * that: saved in between and loaded elsewhere, or into another process.  It had
 * stopped before that value; there its clocks are taken up.  So the gap is what
 * passed on the host by the change of offset alone, which is exact.
 */
static void stop_no_later(struct vm *vm, u64 resume_tsc)
{
	struct pset p;

	if (!vm->stop_late || (s64)(resume_tsc - vm->stop_tsc) >= 0)
		return;
	pset_decode(&vm->stop_set, &p);
	encode_from(&p, resume_tsc - vm->stop_offset, &vm->stop_set);
	vm->stop_tsc = resume_tsc;
}

static u64 mono_at(const struct hostclock_params *set, u64 counter)
{
	u64 delta;

	hostclock_position(set, counter, &delta);
	return hostclock_set_ns(set, HOSTCLOCK_MONO, delta);
}

static struct hostclock_stretch stretch_before(const struct vm *vm)
{
	struct hostclock_stretch before = { &vm->stop_set, vm->stop_offset,
					    vm->stop_mono, vm->stop_raw };

	return before;
}

/* What the guest missed; two hosts have but REALTIME in common. */
static u64 gap_ns(const struct vm *vm, const struct hostclock_stretch *after,
		  u64 resume_tsc)
{
	struct hostclock_stretch before = stretch_before(vm);
	u64 start, end;

	if (vm->cause == HOSTCLOCK_CAUSE_OFFSET)
		return 0;
	if (vm->stop_foreign)
		return hostclock_gap_ns(&before, vm->stop_tsc, after, resume_tsc);
	end = mono_at(&vm->stop_set, vm->stop_tsc - vm->stop_offset);
	start = mono_at(after->params, resume_tsc - after->tsc_offset);
	return start > end ? start - end : 0;
}

static bool steals(const struct vm *vm)
{
	if (vm->policy == HOSTCLOCK_POLICY_DEFAULT)
		return vm->cause == HOSTCLOCK_CAUSE_MIGRATION;
	return vm->policy == HOSTCLOCK_POLICY_STEAL;
}

static void note_gap(struct vm *vm, u64 ns, u64 resume_tsc)
{
	vm->resume_tsc = resume_tsc;
	vm->told_stop_tsc = resume_tsc == vm->stop_tsc ? 0 : vm->stop_tsc;
	vm->gap_ns = ns;
	vm->gaps_ns = vm->stop_gaps_ns + ns;
}

/**
 * seam_bridge - let a guest's clocks go on under another offset
 * @x: the exporter
 * @vm: the guest; why it is another is in its cause
 * @tsc_offset: the new one
 * @resume_tsc: guest TSC at which the guest runs again.  Its clocks are there what
 *	they were at stop_tsc under the old offset; plus the gap, if policy says so.
 */
void seam_bridge(struct exporter *x, struct vm *vm, u64 tsc_offset,
		 u64 resume_tsc)
{
	struct hostclock_params now;
	struct hostclock_stretch before, after = { &now, tsc_offset, 0, 0 };
	struct hostclock_jump jump;
	u64 ns;

	stop_no_later(vm, resume_tsc);
	before = stretch_before(vm);
	set_at(x, vm, resume_tsc - tsc_offset, &now);
	ns = gap_ns(vm, &after, resume_tsc);
	if (!hostclock_continue(&before, vm->stop_tsc, &after, resume_tsc, ns,
				steals(vm) ? HOSTCLOCK_GAP_STEAL :
					     HOSTCLOCK_GAP_SUSPEND, &jump))
		say("%s: cannot continue after a gap of %llu ns, follows the host",
		    vm->name, (unsigned long long)ns);
	vm->mono_offset = after.mono_offset;
	vm->raw_offset = after.raw_offset;
	if (vm->cause != HOSTCLOCK_CAUSE_OFFSET)
		note_gap(vm, ns, resume_tsc);
	else if (!hostclock_is_adjustment(vm->cause, vm->stop_offset, tsc_offset))
		note_gap(vm, 0, 0);
}

static void put_clocks(const struct vm *vm, struct json_object *tuple)
{
	struct hostclock_offsets offsets = { vm->stop_mono, vm->stop_raw };
	struct hostclock_clocks clocks;

	hostclock_clocks_at(&vm->stop_set, &offsets,
			    vm->stop_tsc - vm->stop_offset, &clocks);
	json_put_int(tuple, "realtime_ns", hostclock_time_ns(clocks.realtime));
	json_put_int(tuple, "monotonic_ns", hostclock_time_ns(clocks.monotonic));
	json_put_int(tuple, "raw_ns", hostclock_time_ns(clocks.raw));
	json_put_uint(tuple, "utc_maxerror_ns",
		      HOSTCLOCK_LE64(vm->stop_set.utc_maxerror_ns));
}

/**
 * seam_handover - what another exporter needs to go on with a guest
 * @x: the exporter
 * @vm: the guest, stopped
 * @tuple: where to put it: the guest's counter and clocks at one instant
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int seam_handover(struct exporter *x, const struct vm *vm,
		  struct json_object *tuple, struct problem *why)
{
	if (vm->state == VM_RUNNING || !vm->has_stopped)
		return problem_set(why,
				   "%s: it runs, or was never seen to stop; stop it first",
				   vm->name);
	json_put_int(tuple, "version", TUPLE_VERSION);
	json_put_text(tuple, "format", names_format[vm->format]);
	json_put_uint(tuple, "tsc_hz", x->khz * 1000);
	json_put_uint(tuple, "guest_tsc", vm->stop_tsc);
	put_clocks(vm, tuple);
	json_put_uint(tuple, "generation", vm->generation);
	json_put_uint(tuple, "gaps_ns", vm->stop_gaps_ns);
	return 0;
}

/* A set that gives the clocks of the tuple, at counter 0. */
static void tuple_set(struct exporter *x, const struct vm *vm,
		      struct json_object *tuple, struct hostclock_params *set)
{
	struct pset p = pages_find(x, vm->format, vm->smear)->set;

	pset_rebase(&p, 0, json_int(tuple, "monotonic_ns"),
		    json_int(tuple, "raw_ns"));
	p.wall_ns = json_int(tuple, "realtime_ns") -
		    json_int(tuple, "monotonic_ns");
	p.utc_maxerror_ns = json_uint(tuple, "utc_maxerror_ns");
	pset_encode(&p, set);
}

static int tuple_check(const struct exporter *x, const struct vm *vm,
		       struct json_object *tuple, struct problem *why)
{
	u64 hz = json_uint(tuple, "tsc_hz"), here = x->khz * 1000;
	u64 apart = hz > here ? hz - here : here - hz;

	if (json_int(tuple, "version") != TUPLE_VERSION)
		return problem_set(why,
				   "this is not what `hostclockctl handover` prints, of version %d",
				   TUPLE_VERSION);
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
	if (json_int(tuple, "monotonic_ns") < 0 || json_int(tuple, "raw_ns") < 0 ||
	    json_int(tuple, "realtime_ns") < 0)
		return problem_set(why, "%s: clocks before 0 in the tuple", vm->name);
	return 0;
}

/**
 * seam_takeover - go on with a guest that another exporter handed over
 * @x: the exporter
 * @vm: the guest; nothing is followed for it yet
 * @tuple: from seam_handover()
 * @why: what went wrong
 *
 * Its next epoch continues from there.
 *
 * Return: 0 or -1.
 */
int seam_takeover(struct exporter *x, struct vm *vm, struct json_object *tuple,
		  struct problem *why)
{
	if (vm->method != VM_DETACHED)
		return problem_set(why, "%s: is attached to a VM already; take over before that",
				   vm->name);
	if (tuple_check(x, vm, tuple, why))
		return -1;
	vm->has_stopped = true;
	vm->stop_foreign = true;
	vm->stop_detached = false;
	vm->stop_tsc = json_uint(tuple, "guest_tsc");
	vm->stop_offset = vm->stop_tsc;
	vm->stop_mono = 0;
	vm->stop_raw = 0;
	vm->stop_gaps_ns = json_uint(tuple, "gaps_ns");
	tuple_set(x, vm, tuple, &vm->stop_set);
	vm->generation = json_uint(tuple, "generation");
	vm->next_cause = HOSTCLOCK_CAUSE_MIGRATION;
	vm->taken_over = true;
	return 0;
}
