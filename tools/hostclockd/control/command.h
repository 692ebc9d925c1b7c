/* SPDX-License-Identifier: GPL-2.0 */
/* What hostclockctl can ask for. */
#ifndef HOSTCLOCKD_COMMAND_H
#define HOSTCLOCKD_COMMAND_H

#include <json-c/json.h>

#include "vm/exporter.h"

/**
 * struct command - what can be asked for
 * @name:	its name
 * @run:	does it; see command_run()
 */
struct command {
	const char *name;
	int (*run)(struct exporter *x, struct json_object *req,
		   struct json_object *reply, struct problem *why);
};

/* More commands, looked for first; the list ends with a name NULL. */
void command_add(const struct command *list);

int command_run(struct exporter *x, struct json_object *req,
		struct json_object *reply, struct problem *why);

#endif /* HOSTCLOCKD_COMMAND_H */
