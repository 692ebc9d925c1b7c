/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handing a guest over to another exporter: its counter and its clocks at one
 * instant, and how well the host knew that.
 */
#ifndef HOSTCLOCKD_TUPLE_H
#define HOSTCLOCKD_TUPLE_H

#include <json-c/json.h>

#include "vm.h"

int tuple_handover(struct exporter *x, const struct vm *vm,
		   struct json_object *tuple, struct problem *why);
int tuple_takeover(struct exporter *x, struct vm *vm, struct json_object *tuple,
		   struct problem *why);

#endif /* HOSTCLOCKD_TUPLE_H */
