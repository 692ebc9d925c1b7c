// SPDX-License-Identifier: GPL-2.0
/* Following a VM whose CPUs QEMU emulates. */
#include "base/process.h"
#include "base/rate.h"
#include "gone.h"
#include "guest.h"
#include "qemu/kvm.h"
#include "tcgvm.h"
#include "transition.h"

/* One poll in this many looks for KVM, as long as the counter has not been set. */
#define SET_POLLS	8
/* Memory that could not be read is opened again after this many polls. */
#define OPEN_POLLS	16
/* An offset that may stand elsewhere is looked for after so many, then up to so many. */
#define PROVE_POLLS	64
#define PROVE_MAX_POLLS	1024

/*
 * A QEMU that was attached to before it created its VM may turn out to use KVM.  It
 * opens KVM before it first sets the counter.
 */
static bool turns_out_kvm(struct vm *vm, const struct tcg_state *s)
{
	bool is_set = s->running || s->value;

	if (vm->source.tcg.settled || (!is_set && vm->source.polls++ % SET_POLLS))
		return false;
	vm->source.tcg.settled = is_set;
	if (!kvm_uses(vm->source.pid, &vm->source.lost))
		return false;
	tcg_close(&vm->source.tcg);
	vm->source.method = VM_KVM;
	gone_watch(vm);
	vm->source.asked = false;
	vm->source.polls = 0;
	vm->source.asks = 0;
	vm->state = VM_PENDING;
	exporter_changed(vm->x);
	return true;
}

/* A TSC value from before the process was started. */
static u64 tsc_before(const struct exporter *x, u64 t0, u64 pid_start)
{
	if (t0)
		return t0;
	return hostclock_rdtsc() -
	       rate_counts(process_age_ns(pid_start), x->clock.scale);
}

/**
 * tcgvm_open - find a QEMU's offset in its memory
 * @vm: the guest
 * @t: where to put how to read that; address is where it was before, or 0
 * @pid: the process
 * @pid_start: when it was started
 * @t0: a TSC value of before that, or 0
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int tcgvm_open(struct vm *vm, struct tcg *t, pid_t pid, u64 pid_start, u64 t0,
	       struct problem *why)
{
	t->pid = pid;
	t->window = TCG_WINDOW_SEC * vm->x->clock.khz * 1000;
	t->t0 = tsc_before(vm->x, t0, pid_start);
	t->lost = &vm->source.lost;
	return tcg_open(t, why);
}

/* One that could not be read when it was to be, or not there.  Return: whether it is open. */
static bool is_open(struct exporter *x, struct vm *vm)
{
	struct vm_source *s = &vm->source;
	struct problem why = { .again = false };

	if (s->tcg.fd >= 0)
		return true;
	if (process_ended(s->pid, s->pid_start)) {
		gone_is(x, vm);
		return false;
	}
	if (s->asks++ % OPEN_POLLS)
		return false;
	if (!tcgvm_open(vm, &s->tcg, s->pid, s->pid_start, s->t0, &why))
		return true;
	s->problem = why;
	return false;
}

/* Once in a while, and more rarely if that was in vain. */
static bool is_time_to_prove(unsigned int polls)
{
	return polls >= PROVE_POLLS && (!(polls & (polls - 1)) || !(polls % PROVE_MAX_POLLS));
}

/**
 * tcgvm_check - find out what the VM's offset is
 * @x: the exporter
 * @vm: the guest; in a task, which waits for the one who reads it
 */
void tcgvm_check(struct exporter *x, struct vm *vm)
{
	struct problem why = { .again = false };
	struct tcg_state s;
	u8 found;

	if (!is_open(x, vm))
		return;
	if (!vm->source.tcg.proven && is_time_to_prove(vm->source.proofs++))
		tcg_prove(&vm->source.tcg);
	switch (tcg_read(&vm->source.tcg, &s, &why)) {
	case TCG_GONE:
		gone_is(x, vm);
		return;
	case TCG_ELSEWHERE:
		tcg_close(&vm->source.tcg);
		vm->source.tcg.address = 0;
		vm->source.asks = 0;
		vm->source.problem = why;
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
	/* Without a stop, QEMU changes it when vCPUs read the TSC out of order. */
	found = s.count == vm->source.tcg.count ? HOSTCLOCK_CAUSE_OFFSET :
					   HOSTCLOCK_CAUSE_STOP;
	if (s.count != vm->source.tcg.count || s.value != vm->source.tcg.value)
		vm->source.changed = hostclock_rdtsc();
	vm->source.tcg.count = s.count;
	vm->source.tcg.value = s.value;
	if (s.running)
		vm_set_offset(x, vm, s.value, found);
	else if (vm->state != VM_STOPPED)
		transition_stop(x, vm, s.value, false);
}
