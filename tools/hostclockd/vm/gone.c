// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/process.h"
#include "base/spare.h"
#include "gone.h"
#include "qemu/monitor.h"

/* A VM's process has ended, for certain: there is nothing to follow any more. */
void gone_is(struct exporter *x, struct vm *vm)
{
	gone_unwatch(vm);
	tcg_close(&vm->source.tcg);
	monitor_close(&vm->source.monitor);
	vm->state = VM_GONE;
	exporter_changed(x);
}

static void process_ready(void *arg)
{
	struct vm *vm = arg;

	/* Whoever holds it finds out, or else the next poll. */
	if (vm->held)
		gone_unwatch(vm);
	else
		gone_is(vm->x, vm);
}

/**
 * gone_watch - be told when a VM's process ends
 * @vm: the guest, with pid and pid_start
 *
 * If there are few descriptors left, or none, it has to be asked again and again.
 */
void gone_watch(struct vm *vm)
{
	struct watch *w = &vm->source.process;
	struct problem why;

	gone_unwatch(vm);
	w->fd = syscall(SYS_pidfd_open, vm->source.pid, 0);
	w->ready = process_ready;
	w->arg = vm;
	if (w->fd < 0)
		return;
	/* It may be another process's by now, which then has been started later. */
	if (spare_affords(w->fd) && !process_ended(vm->source.pid, vm->source.pid_start) &&
	    !loop_add(w, &why))
		return;
	close(w->fd);
	w->fd = -1;
}

void gone_unwatch(struct vm *vm)
{
	loop_remove(&vm->source.process);
}

/* Is there a process of that number, as far as that takes no more than a call? */
bool gone_may_be_there(const struct vm *vm)
{
	if (vm->source.process.fd >= 0)
		return true;
	/* Others' processes cannot be signalled: that is an answer, too. */
	return !kill(vm->source.pid, 0) || errno == EPERM;
}

/* Has its process ended?  While that is watched it has not, as far as we know. */
bool gone_has_ended(const struct vm *vm)
{
	return vm->source.process.fd < 0 &&
	       process_ended(vm->source.pid, vm->source.pid_start);
}
