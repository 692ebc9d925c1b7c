// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <hostclock/continuity.h>
#include <hostclock/writer.h>

#include "base/draw.h"
#include "base/rate.h"
#include "clock/view.h"
#include "clock/copies.h"
#include "clocklink.h"
#include "doorbell.h"
#include "guest.h"
#include "name.h"
#include "pagefile.h"
#include "transition.h"
#include "vmclock.h"

struct vm *vm_find(struct exporter *x, const char *name)
{
	struct vm *vm;

	for (vm = x->vms; vm; vm = vm->next) {
		if (!strcmp(vm->name, name))
			return vm;
	}
	return NULL;
}

int vm_count(const struct exporter *x)
{
	const struct vm *vm;
	int n = 0;

	for (vm = x->vms; vm; vm = vm->next)
		n++;
	return n;
}

/* Write the guest page, all of it: a guest or a migration may have overwritten it. */
void vm_publish(struct exporter *x, struct vm *vm)
{
	struct hostclock_guest_page *gp = vm->page.map;
	struct hostclock_guest_page page = {
		.magic = htole32(HOSTCLOCK_GUEST_MAGIC),
		.version = htole16(HOSTCLOCK_VERSION),
		.size = htole16(sizeof(page)),
		.seq = htole32(vm->page.seq | 1),
		.clock_format = vm->format,
		.clock_smear = vm->smear,
		.mono_policy = vm->policy,
		.cause = vm->page.cause,
		.epoch = htole64(vm->page.epoch),
		.tsc_offset = htole64(vm->page.tsc_offset),
		.mono_offset_ns = htole64(vm->page.mono_offset),
		.raw_offset_ns = htole64(vm->page.raw_offset),
		.generation = htole64(vm->page.generation),
		.resume_tsc = htole64(vm->page.resume_tsc),
		.gap_ns = htole64(vm->page.gap_ns),
		.stop_tsc = htole64(vm->page.stop_tsc),
		.gaps_ns = htole64(vm->page.gaps_ns),
		.ran_on_tsc = htole64(vm->page.ran_on_tsc),
		.gap_maxerror_ns = htole64(vm->page.gap_error_ns),
		.gaps_maxerror_ns = htole64(vm->page.gaps_error_ns),
	};

	memcpy(page.vm_id, vm->page.vm_id, sizeof(page.vm_id));
	if (x->guest_hook)
		x->guest_hook(&page);
	clocklink_follow(x, vm);
	hostclock_seq_claim_at(&gp->seq, vm->page.seq);
	memcpy(gp->reserved0, page.reserved0,
	       sizeof(page) - offsetof(struct hostclock_guest_page, reserved0));
	hostclock_seq_publish_at(&gp->seq, vm->page.seq);
	vm->page.seq += 2;
	vmclock_publish(x, vm);
	if (vm->private)
		clocklink_renew(x, vm);
}

/* The clock has changed: the guest's epoch is no longer valid. */
void vm_renew(struct vm *vm)
{
	if (!vm->page.epoch)
		return;
	vm->page.epoch = draw_new(vm->page.epoch);
	vm->page.cause = HOSTCLOCK_CAUSE_EXPORTER;
	vm->page.marker = draw_new(vm->page.marker);
}

/* The same for all guests, and notify them. */
void vms_renew(struct exporter *x)
{
	struct vm *vm;

	for (vm = x->vms; vm; vm = vm->next) {
		if (!vm->page.epoch)
			continue;
		vm_renew(vm);
		vm_publish(x, vm);
		doorbell_ring(vm);
	}
	exporter_changed(x);
}

/* Have the clock write what it writes into the guest's file. */
static int ask_clock(struct exporter *x, struct vm *vm, struct problem *why)
{
	if (clocklink_add_line(x, vm, why))
		return -1;
	return vm->private ? clocklink_add(x, vm, why) : 0;
}

/*
 * Another clock process knows of no guests.  One that does not answer is asked again at the
 * next look.
 */
void vms_ask_clock(struct exporter *x)
{
	struct problem why;
	struct vm *vm;

	if (clocklink_begin(x, &why))
		return;
	x->instance = x->clock.instance;
	for (vm = x->vms; vm; vm = vm->next) {
		why.again = false;
		if (!ask_clock(x, vm, &why))
			clocklink_follow(x, vm);
		else if (why.again)
			x->instance = 0;
		else
			say("%s: %s", vm->name, why.text);
	}
}

static int map_file(struct exporter *x, struct vm *vm, struct problem *why)
{
	if (pagefile_open(x, vm, why))
		return -1;
	vm->copies_id = ++x->last_id;
	if (!ask_clock(x, vm, why))
		return 0;
	if (why->again) {
		x->instance = 0;
		return 0;
	}
	pagefile_forget(x, vm);
	return -1;
}

/* Its file has been given its pages again: write all of them. */
void vm_rewrite(struct exporter *x, struct vm *vm)
{
	struct problem why;

	if (ask_clock(x, vm, &why))
		say("%s: %s", vm->name, why.text);
	vm_publish(x, vm);
}

/**
 * vm_create - make a guest's page file
 * @x: the exporter
 * @like: name, private, format, smear and policy; from a restart also the rest
 * @why: what went wrong
 *
 * Return: the guest, or NULL.
 */
struct vm *vm_create(struct exporter *x, const struct vm *like,
		     struct problem *why)
{
	struct vm *vm;

	if (!vm_name_ok(like->name, why))
		return NULL;
	if (vm_find(x, like->name)) {
		problem_set(why, "%s: exists already; remove it first, or choose another name",
			    like->name);
		return NULL;
	}
	vm = malloc(sizeof(*vm));
	if (!vm) {
		problem_errno(why, "cannot allocate");
		return NULL;
	}
	*vm = *like;
	vm->x = x;
	vm->source.tcg.fd = -1;
	vm->source.process.fd = -1;
	vm->page.map = NULL;
	vm->doorbell = NULL;
	vm->saved = NULL;
	if (map_file(x, vm, why)) {
		free(vm);
		return NULL;
	}
	vm->next = x->vms;
	x->vms = vm;
	exporter_changed(x);
	vm_publish(x, vm);
	return vm;
}

/* Free a guest that is not followed any more, and remove its file. */
void vm_free(struct exporter *x, struct vm *vm)
{
	struct vm **link = &x->vms;
	int i;

	while (*link != vm)
		link = &(*link)->next;
	*link = vm->next;
	if (x->renew_next == vm)
		x->renew_next = vm->next;
	for (i = 0; i < POLL_ROUNDS; i++) {
		if (x->poll_next[i] == vm)
			x->poll_next[i] = vm->next;
	}
	clocklink_remove(x, vm);
	pagefile_remove(x, vm);
	free(vm->saved);
	free(vm);
}

/* ns as counts of that page. */
static u64 vm_counts(const struct exporter *x, const struct vm *vm, u64 ns)
{
	return vm->format == HOSTCLOCK_FORMAT_SCALED ? ns :
						       rate_counts(ns, x->clock.scale);
}

/* The counter of the page that the guest follows, at a TSC value. */
u64 vm_counter_at(const struct exporter *x, const struct vm *vm, u64 tsc)
{
	return view_counter(&x->clock, vm->format, tsc);
}

/* The same, now. */
u64 vm_host_counter(const struct exporter *x, const struct vm *vm)
{
	return vm_counter_at(x, vm, hostclock_rdtsc());
}

/* Is the last stop where the present offset ended? */
static bool stop_is_end(const struct vm *vm)
{
	if (vm->predicted || !vm->page.epoch)
		return vm->stop.known;
	return vm->stop.known && vm->stop.tsc_offset == vm->page.tsc_offset &&
	       (vm->state == VM_STOPPED || vm->state == VM_GONE);
}

/* Set the cause of the new epoch; a prediction and its correction have the same. */
static void take_cause(struct vm *vm, u8 found)
{
	if (vm->predicted)
		return;
	vm->page.cause = vm->next_cause == VM_CAUSE_FOUND ? found : vm->next_cause;
	vm->next_cause = VM_CAUSE_FOUND;
	vm->taken_over = false;
	if (vm->page.cause == HOSTCLOCK_CAUSE_RESTORE ||
	    vm->page.cause == HOSTCLOCK_CAUSE_CLONE) {
		vm->page.generation = draw_new(vm->page.generation);
		vm->stop.gaps_ns = 0;
		vm->stop.gaps_error_ns = 0;
		vm->stop.ran_on_tsc = 0;
	}
}

/* Is it a disruption for users of the guest's clocks? */
static bool is_disruption(const struct vm *vm, u64 tsc_offset)
{
	if (vm->predicted)
		return false;
	return !vm->page.epoch ||
	       !hostclock_is_adjustment(vm->page.cause, vm->page.tsc_offset, tsc_offset);
}

static void begin_epoch(struct exporter *x, struct vm *vm, u64 tsc_offset,
			u64 resume_tsc, u8 found)
{
	bool disruption;

	take_cause(vm, found);
	if (vm->stop.known)
		transition_continue(x, vm, tsc_offset, resume_tsc);
	disruption = is_disruption(vm, tsc_offset);
	if (disruption)
		vm->page.marker = draw_new(vm->page.marker);
	vm->page.tsc_offset = tsc_offset;
	vm->state = VM_RUNNING;
	vm->page.epoch = draw_new(vm->page.epoch);
	vm_publish(x, vm);
	if (disruption || vm->predicted)
		doorbell_ring(vm);
	exporter_changed(x);
}

/**
 * vm_set_offset_at - the guest runs, and this is its offset
 * @x: the exporter
 * @vm: the guest
 * @host_tsc: the host's TSC when it began to run
 * @tsc_offset: guest TSC - the counter of the page it follows
 * @found: why it is another one, if that is not known from an attach
 */
void vm_set_offset_at(struct exporter *x, struct vm *vm, u64 host_tsc,
		      u64 tsc_offset, u8 found)
{
	u64 tsc = vm_counter_at(x, vm, host_tsc) + tsc_offset;

	if (vm->page.epoch && vm->page.tsc_offset == tsc_offset) {
		/* Under KVM the counter runs on while the VM is stopped. */
		if (vm->state == VM_RUNNING ||
		    (vm->state == VM_STOPPED && vm->source.method != VM_TCG))
			return;
		clocklink_set_state(vm, VM_RUNNING);
		exporter_changed(x);
		return;
	}
	if (stop_is_end(vm)) {
		if (vm->source.method == VM_TCG || vm->stop.detached)
			tsc = vm->stop.tsc;
	} else if (vm->page.epoch) {
		transition_stop(x, vm, tsc, false);
	}
	begin_epoch(x, vm, tsc_offset, tsc, found);
}

/* The same, beginning now. */
void vm_set_offset(struct exporter *x, struct vm *vm, u64 tsc_offset, u8 found)
{
	vm_set_offset_at(x, vm, hostclock_rdtsc(), tsc_offset, found);
}

/**
 * vm_continued - the guest, whose counter ran on, is about to run again
 * @x: the exporter
 * @vm: the guest; where it stopped is where it goes on if transition_stop() was not told
 * @tsc_offset: its offset now
 * @ns: how soon
 */
void vm_continued(struct exporter *x, struct vm *vm, u64 tsc_offset, u64 ns)
{
	u64 tsc = vm_host_counter(x, vm) + vm_counts(x, vm, ns) + tsc_offset;

	if (vm->page.epoch && !stop_is_end(vm))
		transition_stop(x, vm, tsc, false);
	begin_epoch(x, vm, tsc_offset, tsc, HOSTCLOCK_CAUSE_STOP);
	vm->stop.known = false;
}
