// SPDX-License-Identifier: GPL-2.0
/*
 * Following the guests' TSC offsets: looked at in turn, at a bounded rate, and
 * before and after a stop or cont that goes through here.
 */
#include <string.h>

#include "base/json.h"
#include "base/process.h"
#include "base/rate.h"
#include "clock/page.h"
#include "doorbell.h"
#include "follow.h"
#include "qemu/kvm.h"
#include "qemu/monitor.h"
#include "qemu/qmp.h"
#include "seam.h"
#include "state.h"

/* One in so many polls is done for a KVM guest. */
#define KVM_POLLS	32
/* From deciding on a `cont` until QEMU has done it. */
#define CONT_NS		300000

static void gone(struct exporter *x, struct vm *vm)
{
	tcg_close(&vm->source.tcg);
	monitor_close(&vm->source.monitor);
	vm->state = VM_GONE;
	state_save(x);
}

/* It is to be known after a restart, too. */
static void stopped(struct exporter *x, struct vm *vm, u64 guest_tsc, bool late)
{
	vm_stopped(x, vm, guest_tsc, late);
	if (!vm->hurried)
		state_save(x);
}

/*
 * A QEMU that was attached to before its VM was made may turn out to use KVM.  It
 * does before its counter is first set.
 */
static bool turns_out_kvm(struct vm *vm, const struct tcg_state *s)
{
	bool is_set = s->running || s->value;

	if (vm->source.tcg.settled || (!is_set && vm->source.polls++ % KVM_POLLS))
		return false;
	vm->source.tcg.settled = is_set;
	if (!kvm_uses(vm->source.pid))
		return false;
	tcg_close(&vm->source.tcg);
	vm->source.method = VM_KVM;
	vm->state = VM_PENDING;
	return true;
}

static void follow_tcg(struct exporter *x, struct vm *vm)
{
	struct problem why = { .again = false };
	struct tcg_state s;
	u8 found;

	switch (tcg_read(&vm->source.tcg, &s, &why)) {
	case TCG_GONE:
		gone(x, vm);
		return;
	case TCG_FAILED:
		vm->source.problem = why;
		return;
	case TCG_OK:
		break;
	}
	if (turns_out_kvm(vm, &s))
		return;
	vm->source.problem.text[0] = '\0';
	/* Without a stop it changes when vCPUs find their readings out of order. */
	found = s.count == vm->source.tcg.count ? HOSTCLOCK_CAUSE_OFFSET :
					   HOSTCLOCK_CAUSE_STOP;
	vm->source.tcg.count = s.count;
	if (s.running)
		vm_set_offset(x, vm, s.value, found);
	else if (vm->state != VM_STOPPED)
		stopped(x, vm, s.value, false);
}

/* The offset of a scaled TSC to the scaled pages' counter, or of a plain one. */
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
	if (x->scaled.ratio != tsc->ratio ||
	    x->scaled.frac_bits != tsc->frac_bits) {
		for (other = x->vms; other; other = other->next) {
			if (other != vm && other->page.epoch && other->format)
				return problem_set(why,
						   "%s: its TSC is scaled by %llu/2^%u, that of %s by %llu/2^%u; one host has scaled pages for one of these",
						   vm->name,
						   (unsigned long long)tsc->ratio,
						   tsc->frac_bits, other->name,
						   (unsigned long long)x->scaled.ratio,
						   x->scaled.frac_bits);
		}
		pages_rescale(x, tsc);
	}
	*offset -= x->scaled.offset;
	return 0;
}

/**
 * follow_find_kvm - the offset of a process's guest to the page that @vm follows
 * @x: the exporter, whose scaled pages are made to fit if nobody else follows any
 * @vm: the guest
 * @pid: the process
 * @offset: the answer
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int follow_find_kvm(struct exporter *x, struct vm *vm, pid_t pid, u64 *offset,
		    struct problem *why)
{
	struct hostclock_tsc tsc;

	return kvm_read(x->opt.kvm_debugfs, pid, &tsc, why) ||
	       kvm_offset(x, vm, &tsc, offset, why) ? -1 : 0;
}

/* Does it run?  Return: 0, or -1 if that is not to be found out. */
static int ask_running(const struct vm *vm, bool *running, struct problem *why)
{
	struct json_object *answer = NULL;

	if (qmp_run(vm->source.qmp_path, "query-status", &answer, why))
		return -1;
	*running = json_int(answer, "running");
	json_object_put(answer);
	return 0;
}

/* The same, taken to be so. */
static bool is_running(const struct vm *vm)
{
	struct problem why;
	bool running;

	return ask_running(vm, &running, &why) || running;
}

/*
 * A VM that is migrated here, or restored.  Its page's file still gets what was
 * in there at the source.
 */
static bool is_arriving(const struct vm *vm)
{
	struct json_object *answer = NULL;
	struct problem why;
	bool arriving;

	if (!vm->source.qmp_path[0] || qmp_run(vm->source.qmp_path, "query-status", &answer, &why))
		return false;
	arriving = !strcmp(json_text(answer, "status", ""), "inmigrate");
	json_object_put(answer);
	return arriving;
}

static bool look_kvm(struct exporter *x, struct vm *vm, u64 *offset)
{
	struct problem why = { .again = false };

	if (process_start(vm->source.pid) != vm->source.pid_start) {
		gone(x, vm);
		return false;
	}
	if (follow_find_kvm(x, vm, vm->source.pid, offset, &why)) {
		vm->source.problem = why;
		return false;
	}
	vm->source.problem.text[0] = '\0';
	return true;
}

static void follow_kvm(struct exporter *x, struct vm *vm)
{
	u64 offset;

	if (!look_kvm(x, vm, &offset))
		return;
	/* Attached to before it runs: its page is to be right when it does. */
	if (vm->state == VM_PENDING && vm->source.qmp_path[0] && !is_running(vm))
		vm->state = VM_STOPPED;
	vm->source.kvm_offset = offset;
	if (vm->state != VM_STOPPED)
		vm_set_offset(x, vm, offset, HOSTCLOCK_CAUSE_OFFSET);
}

/* Look at the guest now. */
void follow_look(struct exporter *x, struct vm *vm)
{
	if (vm->state == VM_GONE)
		return;
	if (vm->source.method == VM_TCG)
		follow_tcg(x, vm);
	else if (vm->source.method == VM_KVM)
		follow_kvm(x, vm);
}

/*
 * Look at one guest.  KVM's offset changes rarely, and a look is 20 us.
 * Return: whether there is anything to look at.
 */
bool follow_poll(struct exporter *x, struct vm *vm)
{
	if (vm->source.method != VM_KVM || !(vm->source.polls++ % KVM_POLLS))
		follow_look(x, vm);
	return vm->state != VM_GONE &&
	       (vm->source.method == VM_TCG || vm->source.method == VM_KVM);
}

/**
 * follow_stopped - somebody has stopped the VM
 * @x: the exporter
 * @vm: the guest
 * @age_ns: so long ago
 *
 * What was noticed of it before was noticed later.
 */
static void follow_stopped(struct exporter *x, struct vm *vm, u64 age_ns)
{
	u64 tsc = vm_host_counter(x, vm) - vm_counts(x, vm, age_ns) +
		  vm->page.tsc_offset;
	bool known = vm->state == VM_STOPPED && vm->stop.known &&
		     (s64)(vm->stop.tsc - tsc) <= 0;

	if (vm->source.method == VM_TCG)
		follow_look(x, vm);
	else if (vm->source.method == VM_KVM && !known)
		stopped(x, vm, tsc, false);
}

/**
 * follow_resumed - somebody has let the VM go on
 * @x: the exporter
 * @vm: the guest
 *
 * If its counter ran on meanwhile, its clocks did, and nothing has happened.
 */
static void follow_resumed(struct exporter *x, struct vm *vm)
{
	u64 offset;

	if (vm->source.method == VM_TCG)
		follow_look(x, vm);
	if (vm->source.method != VM_KVM || vm->state != VM_STOPPED ||
	    !look_kvm(x, vm, &offset))
		return;
	vm_set_offset(x, vm, offset, HOSTCLOCK_CAUSE_STOP);
	vm->state = VM_RUNNING;
	vm->stop.known = false;
	state_save(x);
}

/**
 * follow_missed - what became of the VM while nobody followed it?
 * @x: the exporter
 * @vm: the guest, just looked at
 *
 * For one that tells of its stops, of which some may not have been heard.
 */
void follow_missed(struct exporter *x, struct vm *vm)
{
	struct problem why;
	bool running;

	if (vm->source.method != VM_KVM || !vm->source.monitor || !vm->source.qmp_path[0] ||
	    ask_running(vm, &running, &why))
		return;
	if (running)
		follow_resumed(x, vm);
	else if (vm->state == VM_RUNNING)
		stopped(x, vm, vm_host_counter(x, vm) + vm->page.tsc_offset, true);
}

static void heard_stop(void *arg, u64 age_ns)
{
	struct vm *vm = arg;

	follow_stopped(vm->x, vm, age_ns);
}

static void heard_resume(void *arg)
{
	struct vm *vm = arg;

	follow_resumed(vm->x, vm);
}

/**
 * follow_listen - hear from now on who stops the VM, if it has a monitor for that
 * @vm: the guest, not listened to
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int follow_listen(struct vm *vm, struct problem *why)
{
	static const struct monitor_events events = { heard_stop, heard_resume };

	if (!vm->source.events_path[0])
		return 0;
	return monitor_open(&vm->source.monitor, vm->source.events_path, &events,
			    vm, why);
}

struct prediction {
	struct exporter *x;
	struct vm *vm;
};

/*
 * Before a stopped TCG guest runs again, its page says when it will, to within
 * what cannot be known; just after, it says when it did.
 */
static void predict_tcg(void *arg)
{
	const struct prediction *p = arg;
	struct exporter *x = p->x;
	struct vm *vm = p->vm;
	struct problem why;
	struct tcg_state s;

	if (vm->state != VM_STOPPED || vm->source.method != VM_TCG)
		return;
	if (tcg_read(&vm->source.tcg, &s, &why) != TCG_OK || s.running)
		return;
	vm->source.tcg.count = s.count;
	/*
	 * Rather too early than too late: what a gap turns out to be longer is
	 * added, but what clocks counted too much they do not take back.
	 */
	vm_set_offset(x, vm, s.value - hostclock_rdtsc(), HOSTCLOCK_CAUSE_STOP);
	vm->predicted = true;
}

/*
 * The page says how the guest goes on before it does.  The counter of such a one ran
 * on; unless somebody else has continued it already.
 */
static int before_cont(struct exporter *x, struct vm *vm, struct problem *why)
{
	bool running = false;

	if (vm->state != VM_STOPPED || vm->source.method == VM_TCG)
		return 0;
	if (vm->source.qmp_path[0] && ask_running(vm, &running, why))
		return -1;
	if (running) {
		vm->stop.known = false;
		vm->state = VM_RUNNING;
		return 0;
	}
	vm_continued(x, vm, vm->source.method == VM_KVM ? vm->source.kvm_offset :
						   vm->page.tsc_offset, CONT_NS);
	return 0;
}

/* Has it stopped already, unnoticed? */
static bool has_stopped_before(const struct vm *vm)
{
	return vm->source.method == VM_KVM && vm->state == VM_RUNNING &&
	       !vm->source.monitor && vm->source.qmp_path[0] && !is_running(vm);
}

static void after_stop(struct exporter *x, struct vm *vm, bool late)
{
	if (vm->source.method != VM_TCG && vm->state == VM_RUNNING)
		vm_stopped(x, vm, vm_host_counter(x, vm) + vm->page.tsc_offset, late);
}

static int tell_qemu(struct exporter *x, struct vm *vm, bool stop,
		     struct problem *why)
{
	struct prediction p = { x, vm };
	struct qmp_late late = { predict_tcg, &p };

	if (vm->source.qmp_path[0])
		return qmp_run_late(vm->source.qmp_path, stop ? "stop" : "cont",
				    stop ? NULL : &late, NULL, why);
	if (vm->source.method == VM_GIVEN)
		return 0;
	return problem_set(why,
			   "%s: attached without --qmp SOCKET, so its monitor is not known",
			   vm->name);
}

/**
 * follow_control - stop or continue a VM by its monitor, pages in the right order
 * @x: the exporter
 * @name: the guest's
 * @stop: or cont
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int follow_control(struct exporter *x, const char *name, bool stop,
		   struct problem *why)
{
	struct vm *vm = vm_find(x, name);
	bool late;
	int ret;

	if (!vm)
		return problem_set(why, "%s: no such VM here", name);
	if (!stop && is_arriving(vm)) {
		problem_set(why,
			    "%s: not all of it has arrived yet; continue it when its migration is completed",
			    name);
		why->again = true;
		return -1;
	}
	follow_look(x, vm);
	late = stop && has_stopped_before(vm);
	if (!stop && before_cont(x, vm, why))
		return -1;
	vm->hurried = true;
	ret = tell_qemu(x, vm, stop, why);
	monitor_handle(&vm->source.monitor);
	if (stop && !ret)
		after_stop(x, vm, late);
	if (!stop)
		doorbell_ring(vm);
	follow_look(x, vm);
	vm->predicted = false;
	vm->hurried = false;
	state_save(x);
	return ret;
}
