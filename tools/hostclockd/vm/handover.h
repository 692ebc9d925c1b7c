/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handing a guest over to another exporter: its counter and its clocks at one
 * instant, and how well the host knew that.
 */
#ifndef HOSTCLOCKD_HANDOVER_H
#define HOSTCLOCKD_HANDOVER_H

#include <json-c/json.h>

#include "vm.h"

int handover_fill(struct exporter *x, const struct vm *vm,
		  struct json_object *tuple, struct problem *why);
int handover_take(struct exporter *x, struct vm *vm, struct json_object *tuple,
		  struct problem *why);

#endif /* HOSTCLOCKD_HANDOVER_H */
