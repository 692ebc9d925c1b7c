/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU's monitor (QMP).  It serves one client at a time, so a connection for a
 * command lasts for that command: others need it too.
 */
#ifndef HOSTCLOCKD_QMP_H
#define HOSTCLOCKD_QMP_H

#include <json-c/json.h>

#include "base/report.h"

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

struct qmp;

struct qmp *qmp_listen(const char *path, struct problem *why);
int qmp_fd(const struct qmp *q);
struct json_object *qmp_next(struct qmp *q);
bool qmp_ended(const struct qmp *q);
void qmp_free(struct qmp *q);

#endif /* HOSTCLOCKD_QMP_H */
