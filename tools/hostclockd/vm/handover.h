/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handover record, with which another exporter continues a guest: its counter and
 * its clocks at one instant, and their error bounds.
 */
#ifndef HOSTCLOCKD_HANDOVER_H
#define HOSTCLOCKD_HANDOVER_H

#include <json-c/json.h>

#include "vm.h"

int handover_fill(struct exporter *x, const struct vm *vm,
		  struct json_object *record, struct problem *why);
int handover_take(struct exporter *x, struct vm *vm, struct json_object *record,
		  struct problem *why);

#endif /* HOSTCLOCKD_HANDOVER_H */
