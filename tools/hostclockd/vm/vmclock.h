/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_VMCLOCK_H
#define HOSTCLOCKD_VMCLOCK_H

#include "vm.h"

/*
 * Number of guest pages whose vmclock part is renewed at a time, in turn: four times a
 * second with 200 guests, each every 17 s.  The structure's error fields allow for that.
 */
#define VMCLOCKS_AT_A_TIME	3

void vmclock_publish(struct exporter *x, struct vm *vm);
void vmclock_renew_some(struct exporter *x);
void vmclock_renew_all(struct exporter *x);

#endif /* HOSTCLOCKD_VMCLOCK_H */
