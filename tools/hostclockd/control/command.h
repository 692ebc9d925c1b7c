/* SPDX-License-Identifier: GPL-2.0 */
/* What hostclockctl can ask for. */
#ifndef HOSTCLOCKD_COMMAND_H
#define HOSTCLOCKD_COMMAND_H

#include <json-c/json.h>

#include "clock/exporter.h"

int command_run(struct exporter *x, struct json_object *req,
		struct json_object *reply, struct problem *why);

#endif /* HOSTCLOCKD_COMMAND_H */
