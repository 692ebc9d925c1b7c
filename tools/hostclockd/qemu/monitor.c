// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/loop.h"
#include "monitor.h"
#include "qmp.h"

/**
 * struct monitor - a connection that stays
 * @watch:	its descriptor
 * @owner:	the owner's pointer to it; NULL once it is closed
 * @events:	whom to call
 * @arg:	with what
 * @qmp:	what has been received
 */
struct monitor {
	struct watch watch;
	struct monitor **owner;
	const struct monitor_events *events;
	void *arg;
	struct qmp *qmp;
};

static void handle_event(struct monitor *m, struct json_object *event)
{
	const char *name = json_text(event, "event", "");
	struct qmp_when when = qmp_event_when(event);

	if (!strcmp(name, "STOP"))
		m->events->stopped(m->arg, &when);
	else if (!strcmp(name, "RESUME"))
		m->events->resumed(m->arg, &when);
}

/* Handle all events that have arrived; this may close the connection. */
void monitor_handle(struct monitor **monitor)
{
	struct json_object *event;

	while (*monitor && (event = qmp_next((*monitor)->qmp))) {
		handle_event(*monitor, event);
		json_object_put(event);
	}
	if (*monitor && qmp_ended((*monitor)->qmp))
		monitor_close(monitor);
}

static void ready(void *arg)
{
	struct monitor *m = arg;

	monitor_handle(m->owner);
}

/**
 * monitor_open - listen to a monitor
 * @monitor: where to put the connection; becomes NULL when it ends
 * @path: its QMP socket
 * @events: whom to call
 * @arg: with what
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int monitor_open(struct monitor **monitor, const char *path,
		 const struct monitor_events *events, void *arg,
		 struct problem *why)
{
	struct monitor *m = calloc(1, sizeof(*m));

	if (!m)
		return problem_errno(why, "cannot allocate");
	m->qmp = qmp_open(path, why);
	if (!m->qmp) {
		free(m);
		return -1;
	}
	m->owner = monitor;
	m->events = events;
	m->arg = arg;
	m->watch.fd = qmp_fd(m->qmp);
	m->watch.ready = ready;
	m->watch.arg = m;
	*monitor = m;
	if (!loop_add(&m->watch, why))
		return 0;
	monitor_close(monitor);
	return -1;
}

/* Stop listening, if somebody does. */
void monitor_close(struct monitor **monitor)
{
	struct monitor *m = *monitor;

	if (!m)
		return;
	*monitor = NULL;
	loop_remove(&m->watch);
	qmp_free(m->qmp);
	free(m);
}
