/* SPDX-License-Identifier: GPL-2.0 */
/* Attaching to guests and detaching from them. */
#ifndef HOSTCLOCKD_ATTACH_H
#define HOSTCLOCKD_ATTACH_H

#include "vm.h"

/**
 * struct attachment - what a VM is to be attached to
 * @pid:	its QEMU
 * @t0:		a TSC value before that was started, or 0
 * @cause:	why its counter is another one, or VM_CAUSE_FOUND
 * @qmp_path:	its QMP socket, or ""
 * @events_path: a QMP socket for us alone, or ""
 */
struct attachment {
	pid_t pid;
	u64 t0;
	u8 cause;
	const char *qmp_path;
	const char *events_path;
};

int attach_process(struct exporter *x, struct vm *vm, const struct attachment *to,
		   struct problem *why);
void attach_given(struct exporter *x, struct vm *vm, const struct attachment *to,
		  u64 tsc_offset);
void vm_detach(struct exporter *x, struct vm *vm);
void vm_remove(struct exporter *x, struct vm *vm);
bool attach_again(struct exporter *x);
void attach_later(struct vm *vm);

#endif /* HOSTCLOCKD_ATTACH_H */
