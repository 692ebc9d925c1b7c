// SPDX-License-Identifier: GPL-2.0
/* Following the guests' TSC offsets. */
#include <string.h>

#include "base/json.h"
#include "base/rate.h"
#include "base/task.h"
#include "clock/view.h"
#include "clocklink.h"
#include "doorbell.h"
#include "follow.h"
#include "gone.h"
#include "guest.h"
#include "hold.h"
#include "qemu/kvm.h"
#include "qemu/monitor.h"
#include "qemu/qmp.h"
#include "tcgvm.h"
#include "transition.h"

/*
 * One poll in this many, and in as many times more as it has CPUs, checks all CPUs of a
 * KVM guest, the others one CPU; of one that is polled rarely, one in fewer.
 */
#define KVM_POLLS	32
#define KVM_QUIET_POLLS	8
/* And of one that has this many CPUs, when they differ, one in two. */
#define KVM_CPUS	32
/* Who has not arrived by then, in 10 minutes, is polled as others are, */
#define KVM_ARRIVE_NS	(600 * NSEC_PER_SEC)
/* as is whose offset could not be used so often: CPUs get theirs one after the other. */
#define KVM_ARRIVE_TRIES	50
/* A monitor that did not answer is asked again after this many polls. */
#define ASK_POLLS	16
/* A monitor whose events were listened to is connected to again after so long. */
#define LISTEN_MIN_NS	(10 * NSEC_PER_SEC)
#define LISTEN_MAX_NS	(600 * NSEC_PER_SEC)

/* Offset to the counter of the guest's page, which may be a scaled TSC. */
static int kvm_offset(struct exporter *x, struct vm *vm,
		      const struct hostclock_tsc *tsc, u64 *offset,
		      struct problem *why)
{
	bool scaled = vm->format == HOSTCLOCK_FORMAT_SCALED;
	struct vm *other;

	*offset = tsc->offset;
	if (!scaled && tsc->ratio == 1ULL << tsc->frac_bits)
		return 0;
	if (!scaled)
		return problem_set(why,
				   "%s: its TSC is scaled, and it was created with --format unscaled; give its CPU the host's TSC frequency, or 1 GHz and --format scaled",
				   vm->name);
	if (x->clock.scaled.ratio != tsc->ratio ||
	    x->clock.scaled.frac_bits != tsc->frac_bits) {
		for (other = x->vms; other; other = other->next) {
			if (other != vm && other->page.epoch && other->format)
				return problem_set(why,
						   "%s: its TSC is scaled by %llu/2^%u, that of %s by %llu/2^%u; one host has scaled pages for one of these",
						   vm->name,
						   (unsigned long long)tsc->ratio,
						   tsc->frac_bits, other->name,
						   (unsigned long long)x->clock.scaled.ratio,
						   x->clock.scaled.frac_bits);
		}
		if (clocklink_rescale(x, tsc, why))
			return -1;
	}
	*offset -= x->clock.scaled.offset;
	return 0;
}

/**
 * follow_find_kvm - the offset of a process's guest to the page that @vm follows
 * @x: the exporter, whose scaled pages are made to fit if nobody else follows any
 * @vm: the guest
 * @pid: the process
 * @place: where its files are, which is found if it is not known
 * @offset: the answer
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int follow_find_kvm(struct exporter *x, struct vm *vm, pid_t pid,
		    struct kvm_place *place, u64 *offset, struct problem *why)
{
	struct hostclock_tsc tsc;

	return kvm_read(x->opt.kvm_debugfs, pid, place, &tsc, why) ||
	       kvm_offset(x, vm, &tsc, offset, why) ? -1 : 0;
}

static bool check_kvm(struct exporter *x, struct vm *vm, u64 *offset)
{
	struct problem why = { .again = false };

	if (gone_has_ended(vm)) {
		gone_is(x, vm);
		return false;
	}
	if (follow_find_kvm(x, vm, vm->source.pid, &vm->source.kvm, offset,
			    &why)) {
		vm->source.problem = why;
		return false;
	}
	vm->source.problem.text[0] = '\0';
	return true;
}

/* Does it run? */
static bool ask(struct vm *vm)
{
	struct problem why = { .again = false };
	enum qmp_status status;

	if (qmp_ask_status(vm->source.qmp_path, vm->source.pid, &status, &why)) {
		vm->source.problem = why;
		return false;
	}
	vm->source.asked = true;
	if (status != QMP_RUNNING)
		clocklink_set_state(vm, VM_STOPPED);
	exporter_changed(vm->x);
	return true;
}

static void ask_later(void *arg)
{
	struct vm *vm = arg;

	if (ask(vm))
		follow_check(vm->x, vm);
	hold_release(vm);
}

/*
 * Is it known whether a VM runs that was attached to before it ran?  Attaching finds
 * out unless the VM did not exist yet.
 */
static bool is_known(struct vm *vm)
{
	if (vm->state != VM_PENDING || vm->source.asked || !vm->source.qmp_path[0])
		return true;
	if (!vm->held && task_room()) {
		if (!(vm->source.asks++ % ASK_POLLS)) {
			hold_take(vm);
			task_start(ask_later, vm);
		}
		return false;
	}
	return ask(vm);
}

/* From now on it is polled as others are. */
static void has_arrived(struct vm *vm)
{
	if (vm->source.arriving)
		exporter_changed(vm->x);
	vm->source.arriving = 0;
}

static void follow_kvm(struct exporter *x, struct vm *vm)
{
	u64 offset;

	if (!check_kvm(x, vm, &offset)) {
		if (vm->source.arriving && ++vm->source.failures > KVM_ARRIVE_TRIES)
			has_arrived(vm);
		return;
	}
	if (vm->state != VM_PENDING && vm->source.kvm_offset != offset)
		has_arrived(vm);
	vm->source.kvm_offset = offset;
	if (is_known(vm) && vm->state != VM_STOPPED)
		vm_set_offset(x, vm, offset, HOSTCLOCK_CAUSE_OFFSET);
}

static void check_later(void *arg)
{
	struct vm *vm = arg;

	tcgvm_check(vm->x, vm);
	hold_release(vm);
}

/* Check the guest's offset now, or as soon as somebody has read it. */
void follow_check(struct exporter *x, struct vm *vm)
{
	if (vm->state == VM_GONE)
		return;
	if (vm->source.method == VM_TCG && task_inside()) {
		tcgvm_check(x, vm);
	} else if (vm->source.method == VM_TCG && !vm->held && task_room()) {
		hold_take(vm);
		task_start(check_later, vm);
	}
	if (vm->source.method == VM_KVM)
		follow_kvm(x, vm);
}

/**
 * follow_is_quiet - will its monitor tell of nearly all that could change its offset?
 * @vm: a guest under KVM
 *
 * It runs, is well, and its events are listened to.
 */
bool follow_is_quiet(const struct vm *vm)
{
	return vm->state == VM_RUNNING && vm->source.monitor && !vm->source.problem.text[0];
}

/**
 * follow_is_arriving - is its offset about to become another, with nobody to tell?
 * @vm: a guest under KVM
 *
 * Its QEMU waits for the rest of a VM that is migrated here, and writes its TSC when all of it
 * is there, which is shortly before it runs.
 */
bool follow_is_arriving(const struct vm *vm)
{
	return vm->source.arriving;
}

/*
 * Could there be a change that checking one CPU does not show?  All CPUs of a guest that
 * has many are checked the less often the more it has, so a poll costs the same.
 */
static bool needs_poll(struct exporter *x, struct vm *vm)
{
	struct vm_source *s = &vm->source;
	unsigned int every = follow_is_quiet(vm) ? KVM_QUIET_POLLS : KVM_POLLS;
	unsigned int polls = s->polls++;

	if ((vm->state != VM_RUNNING && vm->state != VM_STOPPED) || !gone_may_be_there(vm))
		return true;
	if (s->problem.text[0])
		return !(polls % (1 + s->kvm.cpus / KVM_CPUS));
	if (!kvm_same(x->opt.kvm_debugfs, &s->kvm))
		return true;
	return !(polls % every) && (!(polls / every % s->kvm.cpus) || gone_has_ended(vm));
}

static void listen_later(void *arg)
{
	struct problem why = { .again = false };
	struct vm *vm = arg;

	if (follow_listen(vm, &why)) {
		vm->source.listen_ns = task_now_ns() + vm->source.listen_wait_ns;
	} else {
		say("%s: its events are listened to again", vm->name);
		follow_missed(vm->x, vm);
		monitor_handle(&vm->source.monitor);
	}
	hold_release(vm);
}

/* Listen to a VM again whose monitor was lost some time ago. */
static bool listens_again(struct vm *vm)
{
	struct vm_source *s = &vm->source;

	if (s->monitor || !s->listen_ns || task_now_ns() < s->listen_ns || !task_room())
		return false;
	s->listen_ns = 0;
	hold_take(vm);
	task_start(listen_later, vm);
	return vm->held;
}

/* Poll one guest; under KVM most polls check one CPU only. */
void follow_poll(struct exporter *x, struct vm *vm)
{
	if (vm->source.arriving &&
	    rate_ns(hostclock_rdtsc() - vm->source.arriving, x->clock.scale) > KVM_ARRIVE_NS)
		has_arrived(vm);
	if (listens_again(vm))
		return;
	if (vm->source.method != VM_KVM || needs_poll(x, vm))
		follow_check(x, vm);
}

/* The host's TSC at that time, or the latest it can have been. */
static u64 tsc_of(const struct exporter *x, const struct qmp_when *when)
{
	return when->tsc - rate_counts(when->age_ns, x->clock.scale);
}

/**
 * follow_stopped - somebody has stopped the VM
 * @vm: the guest
 * @when: when
 *
 * What had been noticed of it before was noticed later.  Events older than the last
 * resume are ignored.
 */
void follow_stopped(struct vm *vm, const struct qmp_when *when)
{
	struct exporter *x = vm->x;
	u64 tsc = tsc_of(x, when);
	u64 guest_tsc = vm_counter_at(x, vm, tsc) + vm->page.tsc_offset;

	if (vm->source.method == VM_TCG) {
		follow_check(x, vm);
		return;
	}
	if (when->known && vm->resumed_at && (s64)(tsc - vm->resumed_at) < 0)
		return;
	if (vm->state == VM_STOPPED && vm->stop.known &&
	    (!when->known || (s64)(vm->stop.tsc - guest_tsc) <= 0))
		return;
	transition_stop(x, vm, guest_tsc, !when->known);
	vm->stopped_at = when->known ? tsc : 0;
}

/**
 * follow_resumed - somebody has continued the VM
 * @vm: the guest
 * @when: when
 *
 * If its counter ran on meanwhile, its clocks did, and nothing has happened.
 */
void follow_resumed(struct vm *vm, const struct qmp_when *when)
{
	struct exporter *x = vm->x;
	u64 tsc = tsc_of(x, when), offset;

	if (vm->source.method == VM_TCG)
		follow_check(x, vm);
	if (vm->source.method != VM_KVM)
		return;
	if (vm->state == VM_STOPPED) {
		/* It has stopped again since. */
		if (when->known && vm->stopped_at &&
		    (s64)(tsc - vm->stopped_at) < 0)
			return;
		if (!check_kvm(x, vm, &offset))
			return;
		vm_set_offset_at(x, vm, tsc, offset, HOSTCLOCK_CAUSE_STOP);
		clocklink_set_state(vm, VM_RUNNING);
		vm->stop.known = false;
		exporter_changed(x);
	}
	vm->resumed_at = tsc;
}

/**
 * follow_missed - find out what happened to the VM while it was not followed
 * @x: the exporter
 * @vm: the guest, just polled
 *
 * For a VM whose events are listened to, some of which may have been missed.
 */
void follow_missed(struct exporter *x, struct vm *vm)
{
	struct qmp_when now = { .known = false };
	u64 asked = hostclock_rdtsc();
	enum qmp_status status;
	struct problem why;

	(void)x;
	if (vm->source.method != VM_KVM || !vm->source.monitor || !vm->source.qmp_path[0] ||
	    qmp_ask_status(vm->source.qmp_path, vm->source.pid, &status, &why))
		return;
	now.tsc = hostclock_rdtsc();
	if (status == QMP_RUNNING) {
		follow_resumed(vm, &now);
		/* What is heard of a stop since the question is not over. */
		vm->resumed_at = asked;
	} else if (vm->state == VM_RUNNING) {
		follow_stopped(vm, &now);
	}
}

static void handle_stop(void *arg, const struct qmp_when *when)
{
	follow_stopped(arg, when);
}

static void handle_resume(void *arg, const struct qmp_when *when)
{
	follow_resumed(arg, when);
}

/**
 * follow_lost - the VM's events are not listened to any more
 * @vm: the guest
 *
 * They are again after a while, which is longer each time.
 */
void follow_lost(struct vm *vm)
{
	struct vm_source *s = &vm->source;

	s->listen_wait_ns *= 2;
	if (s->listen_wait_ns < LISTEN_MIN_NS)
		s->listen_wait_ns = LISTEN_MIN_NS;
	if (s->listen_wait_ns > LISTEN_MAX_NS)
		s->listen_wait_ns = LISTEN_MAX_NS;
	s->listen_ns = task_now_ns() + s->listen_wait_ns;
}

static void handle_lost(void *arg, const char *why)
{
	struct vm *vm = arg;

	follow_lost(vm);
	if (why)
		say("%s: its --events socket %s: not listened to for %llu s", vm->name, why,
		    (unsigned long long)(vm->source.listen_wait_ns / NSEC_PER_SEC));
	exporter_changed_by_others(vm->x);
}

static bool is_held(void *arg)
{
	const struct vm *vm = arg;

	return vm->held;
}

/**
 * follow_listen - listen to the VM's events, if it has a monitor for that
 * @vm: the guest, not listened to
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int follow_listen(struct vm *vm, struct problem *why)
{
	static const struct monitor_events events = {
		handle_stop, handle_resume, handle_lost, is_held,
	};

	if (!vm->source.events_path[0])
		return 0;
	return monitor_open(&vm->source.monitor, vm->source.events_path, vm->source.pid,
			    &events, vm, why);
}
