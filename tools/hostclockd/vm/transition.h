/* SPDX-License-Identifier: GPL-2.0 */
/* How a guest's clocks continue after it was stopped. */
#ifndef HOSTCLOCKD_TRANSITION_H
#define HOSTCLOCKD_TRANSITION_H

#include "vm.h"

void transition_stop(struct exporter *x, struct vm *vm, u64 guest_tsc, bool late);
void transition_continue(struct exporter *x, struct vm *vm, u64 tsc_offset,
			 u64 resume_tsc);

#endif /* HOSTCLOCKD_TRANSITION_H */
