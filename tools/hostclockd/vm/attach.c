// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching to a guest.  Everything that can fail is tried first, so that a process
 * that cannot be followed changes nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "base/array.h"
#include "base/draw.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/process.h"
#include "base/rate.h"
#include "base/task.h"
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

/**
 * struct finding - what there is to follow
 * @pid_start:	when the process was started
 * @method:	where its offset comes from
 * @tcg:	if that is its memory
 * @status:	does it run?  As far as somebody can be asked
 */
struct finding {
	u64 pid_start;
	enum vm_method method;
	struct tcg tcg;
	enum qmp_status status;
};

/* VMs that are just taken up again, and those that have yet to be. */
static int waiting, left;

/* Is the socket there and that process's, if one was named? */
static bool has_socket(const char *path, pid_t pid, struct problem *why)
{
	return !path[0] || !qmp_probe(path, pid, why);
}

static int find_tcg(struct exporter *x, struct vm *vm, const struct attachment *to,
		    struct finding *f, struct problem *why)
{
	struct tcg_state s;

	if (kvm_uses(to->pid, &vm->source.lost)) {
		problem_set(why, "process %d uses KVM, and %s has no VM of it: is debugfs mounted?",
			    to->pid, x->opt.kvm_debugfs);
		why->again = true;
		return -1;
	}
	if (tcgvm_open(vm, &f->tcg, to->pid, f->pid_start, to->t0, why))
		return -1;
	switch (tcg_read(&f->tcg, &s, why)) {
	case TCG_OK:
		return 0;
	case TCG_GONE:
		problem_set(why, "process %d has just ended", to->pid);
		break;
	case TCG_ELSEWHERE:
		why->again = true;
		break;
	case TCG_FAILED:
		break;
	}
	tcg_close(&f->tcg);
	return -1;
}

/*
 * A VM that runs gets an epoch now, one that does not when it resumes.  A VM that
 * cannot be asked is not attached to: that an answer is late says nothing about it.
 */
static int find_kvm(struct exporter *x, struct vm *vm, const struct attachment *to,
		    struct finding *f, struct problem *why)
{
	struct kvm_place place = { .vm = "" };
	u64 offset;

	f->status = QMP_RUNNING;
	if (follow_find_kvm(x, vm, to->pid, &place, &offset, why))
		return -1;
	if (!to->qmp_path[0] || !qmp_ask_status(to->qmp_path, to->pid, &f->status, why))
		return 0;
	why->again = true;
	return -1;
}

/* Changes nothing of the VM. */
static int find(struct exporter *x, struct vm *vm, const struct attachment *to,
		struct finding *f, struct problem *why)
{
	int has;

	f->tcg = (struct tcg){ .fd = -1 };
	f->pid_start = process_start(to->pid);
	if (f->pid_start == PROCESS_UNSEEN) {
		problem_errno(why, "%s: cannot look at process %d", vm->name, to->pid);
		why->again = true;
		return -1;
	}
	if (!f->pid_start)
		return problem_set(why, "%s: there is no process %d", vm->name,
				   to->pid);
	if (!has_socket(to->qmp_path, to->pid, why) ||
	    !has_socket(to->events_path, to->pid, why))
		return -1;
	has = kvm_has(x->opt.kvm_debugfs, to->pid);
	if (has < 0) {
		problem_errno(why, "%s: cannot look for VMs", x->opt.kvm_debugfs);
		why->again = true;
		return -1;
	}
	f->method = has ? VM_KVM : VM_TCG;
	return f->method == VM_KVM ? find_kvm(x, vm, to, f, why) :
				     find_tcg(x, vm, to, f, why);
}

/* Lengths of a UUID's groups of digits, which have dashes in between */
static const u8 uuid_groups[] = { 8, 4, 4, 4, 12 };

/* A QEMU may answer anything.  Return: whether @text is a UUID; if not, @id is unchanged. */
static bool read_uuid(const char *text, u8 id[16])
{
	char digits[HEX_SIZE(16)] = "";
	size_t i, n = 0;

	for (i = 0; i < ARRAY_SIZE(uuid_groups); i++) {
		if ((i && *text++ != '-') ||
		    strspn(text, HEX_DIGITS) != uuid_groups[i])
			return false;
		memcpy(digits + n, text, uuid_groups[i]);
		text += uuid_groups[i];
		n += uuid_groups[i];
	}
	return !*text && hex_read(digits, id, 16);
}

static void learn_uuid(struct vm *vm)
{
	struct json_object *answer = NULL;
	struct problem why;

	if (!vm->source.qmp_path[0] ||
	    qmp_run(vm->source.qmp_path, vm->source.pid, "query-uuid", &answer, &why))
		return;
	if (!read_uuid(json_text(answer, "UUID", ""), vm->page.vm_id))
		say("%s: its QEMU answers query-uuid with no UUID, so its page names none",
		    vm->name);
	json_object_put(answer);
}

/* Drop the connections to the previous process and store the new paths. */
static void name_sockets(struct vm *vm, const struct attachment *to)
{
	gone_unwatch(vm);
	tcg_close(&vm->source.tcg);
	monitor_close(&vm->source.monitor);
	vm->source.listen_ns = 0;
	vm->source.listen_wait_ns = 0;
	snprintf(vm->source.qmp_path, sizeof(vm->source.qmp_path), "%s", to->qmp_path);
	snprintf(vm->source.events_path, sizeof(vm->source.events_path), "%s", to->events_path);
}

/* Stop following.  The page becomes invalid. */
void vm_detach(struct exporter *x, struct vm *vm)
{
	if (vm->page.epoch && vm->state == VM_RUNNING) {
		transition_stop(x, vm, vm_host_counter(x, vm) + vm->page.tsc_offset, true);
		vm->stop.detached = true;
	}
	gone_unwatch(vm);
	tcg_close(&vm->source.tcg);
	monitor_close(&vm->source.monitor);
	vm->source.method = VM_DETACHED;
	vm->state = VM_IDLE;
	if (vm->page.epoch)
		vm->page.marker = draw_new(vm->page.marker);
	vm->page.epoch = 0;
	vm_publish(x, vm);
	doorbell_ring(vm);
	exporter_changed(x);
}

/* Remove the guest and its page file. */
void vm_remove(struct exporter *x, struct vm *vm)
{
	vm_detach(x, vm);
	doorbell_remove(vm);
	vm_free(x, vm);
}

/*
 * Is it being migrated here, with nobody to tell when it is there?  One that was taken over has
 * stopped, and its offset is final.
 */
static bool arrives_unheard(const struct vm *vm, const struct attachment *to)
{
	return to->cause == HOSTCLOCK_CAUSE_MIGRATION && !to->events_path[0] &&
	       !to->qmp_path[0] && !vm->taken_over;
}

/* Everything is as it was if nothing was found. */
static int attach_held(struct exporter *x, struct vm *vm, const struct attachment *to,
		       struct problem *why)
{
	struct finding f;

	if (find(x, vm, to, &f, why))
		return -1;
	name_sockets(vm, to);
	vm->source.pid = to->pid;
	vm->source.pid_start = f.pid_start;
	if (follow_listen(vm, why)) {
		tcg_close(&f.tcg);
		vm_detach(x, vm);
		return -1;
	}
	vm->source.t0 = to->t0;
	vm->source.method = f.method;
	vm->source.tcg = f.tcg;
	vm->next_cause = to->cause;
	vm->source.asked = true;
	vm->source.kvm.vm[0] = '\0';
	vm->stopped_at = 0;
	vm->resumed_at = 0;
	vm->state = f.method == VM_KVM && f.status != QMP_RUNNING ? VM_STOPPED :
								    VM_PENDING;
	vm->source.problem.text[0] = '\0';
	gone_watch(vm);
	learn_uuid(vm);
	vm->source.arriving = f.method == VM_KVM && arrives_unheard(vm, to) ? hostclock_rdtsc() : 0;
	vm->source.failures = 0;
	follow_check(x, vm);
	monitor_handle(&vm->source.monitor);
	exporter_changed(x);
	return 0;
}

/**
 * attach_process - find the TSC offset of the VM that a process is, and follow it
 * @x: the exporter
 * @vm: the guest
 * @to: the process
 * @why: what went wrong
 *
 * If the process cannot be followed, nothing changes; if only its --events socket
 * fails, the guest is detached.
 *
 * Return: 0 or -1; later errors are retried by polling.
 */
int attach_process(struct exporter *x, struct vm *vm, const struct attachment *to,
		   struct problem *why)
{
	int ret;

	hold_take(vm);
	ret = attach_held(x, vm, to, why);
	hold_release(vm);
	return ret;
}

/* The same with an offset that somebody knows, and no process. */
void attach_given(struct exporter *x, struct vm *vm, const struct attachment *to,
		  u64 tsc_offset)
{
	name_sockets(vm, to);
	vm->source.method = VM_GIVEN;
	vm->next_cause = to->cause;
	vm_set_offset(x, vm, tsc_offset, HOSTCLOCK_CAUSE_OFFSET);
	exporter_changed(x);
}

/* The same process, or none. */
static void find_again(struct exporter *x, struct vm *vm)
{
	struct problem why = { .again = false };

	if (process_ended(vm->source.pid, vm->source.pid_start)) {
		vm->state = VM_GONE;
		return;
	}
	gone_watch(vm);
	if (follow_listen(vm, &why)) {
		follow_lost(vm);
		say("%s: %s; tried again in %llu s", vm->name, why.text,
		    (unsigned long long)(vm->source.listen_wait_ns / NSEC_PER_SEC));
	}
	follow_check(x, vm);
	follow_missed(x, vm);
	monitor_handle(&vm->source.monitor);
}

static void attach_next(void *arg)
{
	struct vm *vm = arg;

	find_again(vm->x, vm);
	hold_release(vm);
	waiting--;
}

/**
 * attach_again - take VMs up again after a restart
 * @x: the exporter
 *
 * As many at a time as there can be tasks: call it until it returns true, and as long as
 * it does not nothing else happens to those that are left.
 *
 * Return: whether all have been.
 */
bool attach_again(struct exporter *x)
{
	struct vm *vm;

	for (vm = left ? x->vms : NULL; vm; vm = vm->next) {
		if (!vm->source.again)
			continue;
		if (!task_room())
			return false;
		vm->source.again = false;
		left--;
		waiting++;
		task_start(attach_next, vm);
	}
	return !waiting;
}

/* Have a VM taken up again, if there was one. */
void attach_later(struct vm *vm)
{
	if (vm->source.method != VM_TCG && vm->source.method != VM_KVM)
		return;
	vm->source.again = true;
	left++;
	hold_take(vm);
}
