// SPDX-License-Identifier: GPL-2.0
#include "gone.h"
#include "qemu/monitor.h"

/* A VM's process has ended, for certain: there is nothing to follow any more. */
void gone_is(struct exporter *x, struct vm *vm)
{
	tcg_close(&vm->source.tcg);
	monitor_close(&vm->source.monitor);
	vm->state = VM_GONE;
	exporter_changed(x);
}
