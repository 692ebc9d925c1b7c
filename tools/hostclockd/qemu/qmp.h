/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU's monitor (QMP).  It serves one client at a time, so connections for a
 * command are closed after it: others need the monitor, too.
 */
#ifndef HOSTCLOCKD_QMP_H
#define HOSTCLOCKD_QMP_H

#include <sys/types.h>

#include <json-c/json.h>

#include <hostclock/platform.h>

#include "base/report.h"

struct qmp;

/* Called for events that arrive before an answer. */
struct qmp_listener {
	void (*event)(void *arg, struct json_object *event);
	void *arg;
};

/**
 * struct qmp_when - when something happened, as opposed to when we received that
 * @tsc:	the host's TSC when we received it
 * @age_ns:	so long before that
 * @known:	or nobody knows how long
 */
struct qmp_when {
	u64 tsc;
	u64 age_ns;
	bool known;
};

struct qmp *qmp_open(const char *path, pid_t pid, struct problem *why);
void qmp_close(struct qmp *q);
int qmp_command(struct qmp *q, const char *command,
		const struct qmp_listener *listener, struct json_object **result,
		struct problem *why);
int qmp_probe(const char *path, pid_t pid, struct problem *why);
int qmp_run(const char *path, pid_t pid, const char *command,
	    struct json_object **result, struct problem *why);

/* Of a VM; arriving: it is migrated here, or restored. */
enum qmp_status {
	QMP_RUNNING,
	QMP_STOPPED,
	QMP_ARRIVING,
};

int qmp_query_status(struct qmp *q, enum qmp_status *status,
		     struct problem *why);
int qmp_ask_status(const char *path, pid_t pid, enum qmp_status *status,
		   struct problem *why);

int qmp_fd(const struct qmp *q);
struct json_object *qmp_next(struct qmp *q, int *reads);
bool qmp_ended(const struct qmp *q);
void qmp_free(struct qmp *q);
struct qmp_when qmp_event_when(struct json_object *event);

#endif /* HOSTCLOCKD_QMP_H */
