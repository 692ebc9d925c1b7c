/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_STATUS_H
#define HOSTCLOCKD_STATUS_H

#include <json-c/json.h>

#include "vm/guest.h"

void status_kernel(const struct exporter *x, struct json_object *out);
void status_fill(struct exporter *x, const struct vm *vm, struct json_object *out);

#endif /* HOSTCLOCKD_STATUS_H */
