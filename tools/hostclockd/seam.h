/* SPDX-License-Identifier: GPL-2.0 */
/* How a guest's clocks go on after it did not run, here or on another host. */
#ifndef HOSTCLOCKD_SEAM_H
#define HOSTCLOCKD_SEAM_H

#include <json-c/json.h>

#include "guest.h"

void vm_stopped(struct exporter *x, struct vm *vm, u64 guest_tsc, bool late);
void seam_bridge(struct exporter *x, struct vm *vm, u64 tsc_offset,
		 u64 resume_tsc);
int seam_handover(struct exporter *x, const struct vm *vm,
		  struct json_object *tuple, struct problem *why);
int seam_takeover(struct exporter *x, struct vm *vm, struct json_object *tuple,
		  struct problem *why);

#endif /* HOSTCLOCKD_SEAM_H */
