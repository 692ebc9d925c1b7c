/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands to a QEMU's monitor (QMP).  A monitor serves one client at a time, so
 * a connection lasts for one command: others need it too.
 */
#ifndef HOSTCLOCKD_QMP_H
#define HOSTCLOCKD_QMP_H

#include <json-c/json.h>

#include "report.h"

/* What is to be done just before a command is sent. */
struct qmp_late {
	void (*run)(void *arg);
	void *arg;
};

int qmp_run_late(const char *path, const char *command,
		 const struct qmp_late *late, struct json_object **result,
		 struct problem *why);
int qmp_run(const char *path, const char *command, struct json_object **result,
	    struct problem *why);

#endif /* HOSTCLOCKD_QMP_H */
