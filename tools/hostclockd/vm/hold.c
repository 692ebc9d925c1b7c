// SPDX-License-Identifier: GPL-2.0
#include "base/rate.h"
#include "base/task.h"
#include "guest.h"
#include "hold.h"
#include "qemu/monitor.h"

/* Longer than any exchange takes. */
#define PATIENCE_NS	(8 * NSEC_PER_SEC)
#define LOOK_NS		(5 * NSEC_PER_MSEC)

/**
 * hold_find - find a VM, and wait until nobody holds it
 * @x: the exporter
 * @name: the VM's
 * @why: what went wrong
 *
 * Return: the VM, to be used until the caller next waits; or NULL.
 */
struct vm *hold_find(struct exporter *x, const char *name, struct problem *why)
{
	u64 deadline_ns = task_now_ns() + PATIENCE_NS;
	struct vm *vm;

	while ((vm = vm_find(x, name)) && vm->held) {
		if (!task_inside() || task_now_ns() >= deadline_ns) {
			problem_set(why, "%s: something else is being done with it", name);
			why->again = true;
			return NULL;
		}
		task_sleep(LOOK_NS);
	}
	if (!vm)
		problem_set(why,
			    "%s: no such VM here; `hostclockctl list` shows all, `create` makes one",
			    name);
	return vm;
}

void hold_take(struct vm *vm)
{
	vm->held = true;
}

void hold_release(struct vm *vm)
{
	vm->held = false;
	monitor_go_on(vm->source.monitor);
}
