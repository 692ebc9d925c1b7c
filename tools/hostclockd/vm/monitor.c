// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/loop.h"
#include "base/rate.h"
#include "follow.h"
#include "monitor.h"
#include "qemu/qmp.h"

/* An event that seems to be older has been stamped by a clock that was set since. */
#define MAX_AGE_NS	(10 * NSEC_PER_SEC)

/**
 * struct monitor - a connection that stays
 * @watch:	its descriptor
 * @x:		the exporter
 * @vm:		whose it is
 * @qmp:	what has been received
 */
struct monitor {
	struct watch watch;
	struct exporter *x;
	struct vm *vm;
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

static void heed_event(struct monitor *m, struct json_object *event)
{
	const char *name = json_text(event, "event", "");

	if (!strcmp(name, "STOP"))
		follow_stopped(m->x, m->vm, age_ns(event));
	else if (!strcmp(name, "RESUME"))
		follow_resumed(m->x, m->vm);
}

/* Act upon all that has arrived; the connection may end by that. */
void monitor_heed(struct vm *vm)
{
	struct json_object *event;

	while (vm->source.monitor && (event = qmp_next(vm->source.monitor->qmp))) {
		heed_event(vm->source.monitor, event);
		json_object_put(event);
	}
	if (vm->source.monitor && qmp_ended(vm->source.monitor->qmp))
		monitor_close(vm);
}

static void ready(void *arg)
{
	struct monitor *m = arg;

	monitor_heed(m->vm);
}

/**
 * monitor_open - listen to the monitor that vm->source.events_path names, if it does
 * @x: the exporter
 * @vm: the guest, not listened to
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int monitor_open(struct exporter *x, struct vm *vm, struct problem *why)
{
	struct monitor *m;

	if (!vm->source.events_path[0])
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m)
		return problem_errno(why, "cannot allocate");
	m->qmp = qmp_listen(vm->source.events_path, why);
	if (!m->qmp) {
		free(m);
		return -1;
	}
	m->x = x;
	m->vm = vm;
	m->watch.fd = qmp_fd(m->qmp);
	m->watch.ready = ready;
	m->watch.arg = m;
	vm->source.monitor = m;
	if (!loop_add(&m->watch, why))
		return 0;
	monitor_close(vm);
	return -1;
}

void monitor_close(struct vm *vm)
{
	struct monitor *m = vm->source.monitor;

	if (!m)
		return;
	vm->source.monitor = NULL;
	loop_remove(&m->watch);
	qmp_free(m->qmp);
	free(m);
}
