/* SPDX-License-Identifier: GPL-2.0 */
/* A guest in the state file. */
#ifndef HOSTCLOCKD_SAVED_H
#define HOSTCLOCKD_SAVED_H

#include <json-c/json.h>

#include "base/record.h"
#include "vm.h"

struct json_object *saved_put(const struct vm *vm);
void saved_image(const struct vm *vm, struct record_image *image);
int saved_get(struct json_object *o, struct vm *vm, struct problem *why);
void saved_keep(struct json_object *o);
struct json_object *saved_kept(size_t i);
struct json_object *saved_release(size_t i);

#endif /* HOSTCLOCKD_SAVED_H */
