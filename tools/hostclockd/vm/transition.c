// SPDX-License-Identifier: GPL-2.0
#include <hostclock/continuity.h>

#include "clock/view.h"
#include "clocklink.h"
#include "transition.h"

/* Encode parameters, moved back to a counter value if they start after it. */
static void encode_from(struct params *p, u64 counter, struct hostclock_params *params)
{
	if ((s64)(counter - p->cycle_last) < 0)
		params_rebase(p, counter, params_mono(p, counter),
			      params_raw(p, counter));
	params_encode(p, params);
}

/*
 * The parameters of the guest's clock page at a counter value.  Before the older
 * parameters in the page, these are extrapolated backwards.
 */
static void params_at(struct exporter *x, const struct vm *vm, u64 counter,
		      struct hostclock_params *params)
{
	const struct page_view *pg = view_page(&x->clock, vm->format, vm->smear);
	struct params p;

	clocklink_look(x);
	p = *view_params_at(pg, counter);
	encode_from(&p, counter, params);
}

/**
 * transition_stop - record that the guest has stopped
 * @x: the exporter
 * @vm: the guest
 * @guest_tsc: its counter when it last did
 * @late: or at some unknown value before that
 *
 * Its clocks will continue from what they were there.
 */
void transition_stop(struct exporter *x, struct vm *vm, u64 guest_tsc, bool late)
{
	clocklink_set_state(vm, VM_STOPPED);
	exporter_changed(x);
	/* Polled again, or the page was never valid. */
	if (!vm->page.epoch || (vm->stop.known && vm->stop.tsc == guest_tsc))
		return;
	vm->stop.known = true;
	vm->stop.origin = STOPPED_HERE;
	vm->stop.detached = false;
	vm->stop.late = late;
	vm->stop.tsc = guest_tsc;
	vm->stop.tsc_offset = vm->page.tsc_offset;
	vm->stop.mono_offset = vm->page.mono_offset;
	vm->stop.raw_offset = vm->page.raw_offset;
	vm->stop.gaps_ns = vm->page.gaps_ns;
	vm->stop.gaps_error_ns = vm->page.gaps_error_ns;
	vm->stop.ran_on_tsc = vm->page.ran_on_tsc;
	params_at(x, vm, guest_tsc - vm->page.tsc_offset, &vm->stop.params);
}

/*
 * A guest whose stop was noticed late may resume at an earlier counter value: it was
 * saved in between, and loaded elsewhere or into another process.  It had stopped by
 * that value, so its clocks continue from there, and the gap follows exactly from the
 * change of offset.
 */
static void stop_no_later(struct vm *vm, u64 resume_tsc)
{
	struct params p;

	if (!vm->stop.late || (s64)(resume_tsc - vm->stop.tsc) >= 0)
		return;
	params_decode(&vm->stop.params, &p);
	encode_from(&p, resume_tsc - vm->stop.tsc_offset, &vm->stop.params);
	vm->stop.tsc = resume_tsc;
}

static u64 mono_at(const struct hostclock_params *params, u64 counter)
{
	u64 delta;

	hostclock_position(params, counter, &delta);
	return hostclock_params_ns(params, HOSTCLOCK_MONO, delta);
}

static struct hostclock_timeline timeline_before(const struct vm *vm)
{
	struct hostclock_timeline before = { &vm->stop.params, vm->stop.tsc_offset,
					    vm->stop.mono_offset, vm->stop.raw_offset };

	return before;
}

/* The time the guest did not run; two hosts have only REALTIME in common. */
static u64 gap_ns(const struct vm *vm, const struct hostclock_timeline *after,
		  u64 resume_tsc)
{
	struct hostclock_timeline before = timeline_before(vm);
	u64 start, end;

	if (vm->page.cause == HOSTCLOCK_CAUSE_OFFSET)
		return 0;
	if (vm->stop.origin == STOPPED_OTHER_HOST)
		return hostclock_gap_ns(&before, vm->stop.tsc, after, resume_tsc);
	end = mono_at(&vm->stop.params, vm->stop.tsc - vm->stop.tsc_offset);
	start = mono_at(after->params, resume_tsc - after->tsc_offset);
	return start > end ? start - end : 0;
}

/* The error bound of that; within one clock it is the rounding. */
static u64 gap_error_ns(const struct vm *vm, const struct hostclock_timeline *after,
			u64 resume_tsc)
{
	struct hostclock_sync_quality trust;

	hostclock_sync_quality_at(after->params, resume_tsc - after->tsc_offset, &trust);
	switch (vm->stop.origin) {
	case STOPPED_HERE:
		return 1;
	case STOPPED_SAME_HOST:
		return hostclock_add_sat(vm->stop.error_ns, trust.maxerror_ns);
	default:
		return trust.synchronized ?
		       hostclock_add_sat(vm->stop.error_ns, trust.utc_maxerror_ns) :
		       HOSTCLOCK_ERROR_UNKNOWN;
	}
}

static bool steals(const struct vm *vm)
{
	if (vm->policy == HOSTCLOCK_POLICY_DEFAULT)
		return vm->page.cause == HOSTCLOCK_CAUSE_MIGRATION;
	return vm->policy == HOSTCLOCK_POLICY_STEAL;
}

static void record_gap(struct vm *vm, u64 ns, u64 error_ns, u64 resume_tsc)
{
	u64 stop_tsc = resume_tsc ? vm->stop.tsc : 0;

	vm->page.resume_tsc = resume_tsc;
	vm->page.stop_tsc = resume_tsc == stop_tsc ? 0 : stop_tsc;
	vm->page.ran_on_tsc = vm->stop.ran_on_tsc + (resume_tsc - stop_tsc);
	vm->page.gap_ns = ns;
	vm->page.gaps_ns = vm->stop.gaps_ns + ns;
	vm->page.gap_error_ns = error_ns;
	vm->page.gaps_error_ns = hostclock_add_sat(vm->stop.gaps_error_ns, error_ns);
}

/**
 * transition_continue - continue a guest's clocks with another offset
 * @x: the exporter
 * @vm: the guest; why it is another is in its cause
 * @tsc_offset: the new one
 * @resume_tsc: guest TSC at which the guest runs again.  Its clocks are there what
 *	they were at stop_tsc under the old offset; plus the gap, if policy says so.
 */
void transition_continue(struct exporter *x, struct vm *vm, u64 tsc_offset,
			 u64 resume_tsc)
{
	struct hostclock_params now;
	struct hostclock_timeline before, after = { &now, tsc_offset, 0, 0 };
	struct hostclock_jump jump;
	u64 ns;

	stop_no_later(vm, resume_tsc);
	before = timeline_before(vm);
	params_at(x, vm, resume_tsc - tsc_offset, &now);
	ns = gap_ns(vm, &after, resume_tsc);
	if (!hostclock_continue(&before, vm->stop.tsc, &after, resume_tsc, ns,
				steals(vm) ? HOSTCLOCK_GAP_STEAL :
					     HOSTCLOCK_GAP_SUSPEND, &jump))
		say("%s: cannot continue after a gap of %llu ns, follows the host",
		    vm->name, (unsigned long long)ns);
	vm->page.mono_offset = after.mono_offset;
	vm->page.raw_offset = after.raw_offset;
	if (vm->page.cause != HOSTCLOCK_CAUSE_OFFSET)
		record_gap(vm, ns, gap_error_ns(vm, &after, resume_tsc), resume_tsc);
	else if (!hostclock_is_adjustment(vm->page.cause, vm->stop.tsc_offset, tsc_offset))
		record_gap(vm, 0, 0, 0);
}
