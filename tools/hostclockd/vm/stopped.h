/* SPDX-License-Identifier: GPL-2.0 */
/* Where a guest stopped, in the state file. */
#ifndef HOSTCLOCKD_STOPPED_H
#define HOSTCLOCKD_STOPPED_H

#include <json-c/json.h>

#include "base/record.h"
#include "vm.h"

void stopped_save(const struct vm *vm, struct json_object *out);
void stopped_image(const struct vm *vm, struct record_image *image);
void stopped_load(struct exporter *x, struct vm *vm, struct json_object *in);

#endif /* HOSTCLOCKD_STOPPED_H */
