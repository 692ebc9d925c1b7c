// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/loop.h"
#include "base/rate.h"
#include "base/task.h"
#include "monitor.h"
#include "qmp.h"

/* Reads at a time, then it is others' turn. */
#define TURN_READS	2
/* More a second do no VMs, of what is of interest and of what is not. */
#define FLOOD_CHANGES	100
#define FLOOD		1000

/**
 * struct monitor - a connection that stays
 * @watch:	its descriptor
 * @owner:	the owner's pointer to it; NULL once it is closed
 * @events:	whom to call
 * @arg:	with what
 * @qmp:	what has been received
 * @paused:	it is not waited for, since the owner is busy
 * @since_ns:	when counting began, MONOTONIC
 * @count:	messages since then
 * @changes:	of them about stops and resumes
 */
struct monitor {
	struct watch watch;
	struct monitor **owner;
	const struct monitor_events *events;
	void *arg;
	struct qmp *qmp;
	bool paused;
	u64 since_ns;
	unsigned int count;
	unsigned int changes;
};

static void handle_event(struct monitor *m, struct json_object *event)
{
	const char *name = json_text(event, "event", "");
	struct qmp_when when;
	bool stop = !strcmp(name, "STOP");

	if (!stop && strcmp(name, "RESUME"))
		return;
	m->changes++;
	when = qmp_event_when(event);
	if (stop)
		m->events->stopped(m->arg, &when);
	else
		m->events->resumed(m->arg, &when);
}

/* Does it say more than anybody could want to know? */
static bool is_flood(struct monitor *m)
{
	u64 now = task_now_ns();

	if (now - m->since_ns > NSEC_PER_SEC) {
		m->since_ns = now;
		m->count = 0;
		m->changes = 0;
	}
	return ++m->count > FLOOD || m->changes > FLOOD_CHANGES;
}

static void lose(struct monitor **monitor, const char *why)
{
	const struct monitor_events *events = (*monitor)->events;
	void *arg = (*monitor)->arg;

	monitor_close(monitor);
	events->lost(arg, why);
}

/**
 * monitor_handle - handle events that have arrived, whoever is busy
 * @monitor: the connection, or NULL; becomes NULL if that ends
 *
 * Not for ever, however much there is.
 */
void monitor_handle(struct monitor **monitor)
{
	struct json_object *event;
	int reads = TURN_READS;

	while (*monitor && (event = qmp_next((*monitor)->qmp, &reads))) {
		if (is_flood(*monitor)) {
			json_object_put(event);
			lose(monitor, "says more than a VM has to say");
			return;
		}
		handle_event(*monitor, event);
		json_object_put(event);
	}
	if (*monitor && qmp_ended((*monitor)->qmp))
		lose(monitor, NULL);
}

static void ready(void *arg)
{
	struct monitor *m = arg;

	if (!m->events->busy(m->arg)) {
		monitor_handle(m->owner);
		return;
	}
	m->paused = true;
	loop_forget(&m->watch);
}

/* The owner is no longer busy. */
void monitor_go_on(struct monitor *m)
{
	struct problem why;

	if (m && m->paused)
		m->paused = loop_add(&m->watch, &why);
}

/**
 * monitor_open - listen to a monitor
 * @monitor: where to put the connection; becomes NULL when it ends
 * @path: its QMP socket
 * @pid: its process
 * @events: whom to call
 * @arg: with what
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int monitor_open(struct monitor **monitor, const char *path, pid_t pid,
		 const struct monitor_events *events, void *arg,
		 struct problem *why)
{
	struct monitor *m = calloc(1, sizeof(*m));

	if (!m)
		return problem_errno(why, "cannot allocate");
	m->qmp = qmp_open(path, pid, why);
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
