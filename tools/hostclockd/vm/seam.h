/* SPDX-License-Identifier: GPL-2.0 */
/* How a guest's clocks go on after it did not run. */
#ifndef HOSTCLOCKD_SEAM_H
#define HOSTCLOCKD_SEAM_H

#include "vm.h"

void vm_stopped(struct exporter *x, struct vm *vm, u64 guest_tsc, bool late);
void seam_bridge(struct exporter *x, struct vm *vm, u64 tsc_offset,
		 u64 resume_tsc);

#endif /* HOSTCLOCKD_SEAM_H */
