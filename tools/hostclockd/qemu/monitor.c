// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/loop.h"
#include "base/rate.h"
#include "monitor.h"
#include "qmp.h"

/* An event that seems to be older has been stamped by a clock that was set since. */
#define MAX_AGE_NS	(10 * NSEC_PER_SEC)

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

/* QEMU stamps events with the host's REALTIME, in us. */
static u64 age_ns(struct json_object *event)
{
	struct json_object *stamp;
	struct timespec now;
	s64 age;

	if (!json_object_object_get_ex(event, "timestamp", &stamp))
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	age = (now.tv_sec - json_int(stamp, "seconds")) * NSEC_PER_SEC +
	      now.tv_nsec - json_int(stamp, "microseconds") * 1000;
	return age < 0 || age > MAX_AGE_NS ? 0 : age;
}

static void handle_event(struct monitor *m, struct json_object *event)
{
	const char *name = json_text(event, "event", "");

	if (!strcmp(name, "STOP"))
		m->events->stopped(m->arg, age_ns(event));
	else if (!strcmp(name, "RESUME"))
		m->events->resumed(m->arg);
}

/* Act upon all that has arrived; the connection may end by that. */
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
	m->qmp = qmp_listen(path, why);
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
