/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_TCGVM_H
#define HOSTCLOCKD_TCGVM_H

#include "vm.h"

int tcgvm_open(struct vm *vm, struct tcg *t, pid_t pid, u64 pid_start, u64 t0,
	       struct problem *why);
void tcgvm_check(struct exporter *x, struct vm *vm);

#endif /* HOSTCLOCKD_TCGVM_H */
