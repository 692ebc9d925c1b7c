// SPDX-License-Identifier: GPL-2.0
/*
 * Stopping and continuing a VM through its monitor, with its page right before it
 * runs. Times are those of QEMU's events, however late its answers are.
 */
#include <string.h>

#include "base/json.h"
#include "clocklink.h"
#include "doorbell.h"
#include "follow.h"
#include "guest.h"
#include "hold.h"
#include "qemu/monitor.h"
#include "qemu/qmp.h"
#include "stopcont.h"

/* Time from sending "cont" until the VM runs. */
#define CONT_NS		300000

/**
 * struct events - events received during a command
 * @stop:	it stopped
 * @resume:	it went on
 * @stopped:	when
 * @resumed:	when
 */
struct events {
	bool stop;
	bool resume;
	struct qmp_when stopped;
	struct qmp_when resumed;
};

static void record_event(void *arg, struct json_object *event)
{
	const char *name = json_text(event, "event", "");
	struct events *h = arg;

	if (!strcmp(name, "STOP")) {
		h->stop = true;
		h->stopped = qmp_event_when(event);
	} else if (!strcmp(name, "RESUME")) {
		h->resume = true;
		h->resumed = qmp_event_when(event);
	}
}

/*
 * Without a STOP event the VM had stopped before, at an unknown time unless an event
 * was received earlier.  One without a monitor stops now.
 */
static void after_stop(struct vm *vm, const struct events *h)
{
	struct qmp_when now = { .tsc = hostclock_rdtsc() };

	now.known = !vm->source.qmp_path[0];
	if (h->stop)
		follow_stopped(vm, &h->stopped);
	else if (vm->state == VM_RUNNING)
		follow_stopped(vm, &now);
}

static int stop(struct vm *vm, struct qmp *q, struct problem *why)
{
	struct events events = { .stop = false };
	struct qmp_listener listener = { record_event, &events };

	if (q && qmp_command(q, "stop", &listener, NULL, why)) {
		if (events.stop)
			follow_stopped(vm, &events.stopped);
		return -1;
	}
	monitor_handle(&vm->source.monitor);
	after_stop(vm, &events);
	return 0;
}

/*
 * Before a stopped TCG guest runs again, its page gets a prediction of when; right
 * after, the exact value.
 */
static void predict_tcg(struct vm *vm)
{
	struct problem why;
	struct tcg_state s;

	if (tcg_read(&vm->source.tcg, &s, &why) != TCG_OK || s.running)
		return;
	vm->source.tcg.count = s.count;
	/* Err early: a gap can be extended later, never shortened. */
	vm_set_offset(vm->x, vm, s.value - hostclock_rdtsc(), HOSTCLOCK_CAUSE_STOP);
	vm->predicted = true;
}

/* Publish how the guest's clocks continue, as late as possible before it runs. */
static void predict(struct vm *vm)
{
	if (vm->source.method == VM_TCG)
		predict_tcg(vm);
	else
		vm_continued(vm->x, vm, vm->source.method == VM_KVM ?
			     vm->source.kvm_offset : vm->page.tsc_offset, CONT_NS);
}

/* May it be continued, and does it have to be? */
static int check_status(struct vm *vm, struct qmp *q, bool *running,
			struct problem *why)
{
	enum qmp_status status;

	if (qmp_query_status(q, &status, why))
		return -1;
	*running = status == QMP_RUNNING;
	if (status != QMP_ARRIVING)
		return 0;
	/* Migration still overwrites its page file with the source's content. */
	problem_set(why,
		    "%s: not all of it has arrived yet; continue it when its migration is completed",
		    vm->name);
	why->again = true;
	return -1;
}

static int run_cont(struct vm *vm, struct qmp *q, struct problem *why)
{
	struct events events = { .resume = false };
	struct qmp_listener listener = { record_event, &events };
	u64 began = hostclock_rdtsc();

	if (q && qmp_command(q, "cont", &listener, NULL, why))
		return -1;
	if (events.resume)
		follow_resumed(vm, &events.resumed);
	else
		vm->resumed_at = began;
	return 0;
}

/*
 * A VM that somebody else has continued has not stopped.  If QEMU refuses or does not
 * answer in time, the record of the stop remains valid.
 */
static int cont(struct vm *vm, struct qmp *q, struct problem *why)
{
	bool was_stopped = vm->state == VM_STOPPED;
	bool running = false, known;

	if (q && check_status(vm, q, &running, why))
		return -1;
	if (running && was_stopped && vm->source.method != VM_TCG) {
		vm->stop.known = false;
		clocklink_set_state(vm, VM_RUNNING);
		was_stopped = false;
	}
	known = vm->stop.known;
	if (was_stopped)
		predict(vm);
	if (run_cont(vm, q, why)) {
		if (was_stopped && vm->source.method != VM_TCG) {
			clocklink_set_state(vm, VM_STOPPED);
			vm->stop.known = known;
		}
		return -1;
	}
	monitor_handle(&vm->source.monitor);
	doorbell_ring(vm);
	return 0;
}

/* Whoever calls stops and continues the VM, by means of their own. */
static bool is_announced(const struct vm *vm)
{
	return !vm->source.qmp_path[0] &&
	       (vm->source.method == VM_GIVEN || vm->source.method == VM_KVM);
}

static struct qmp *open_monitor(const struct vm *vm, struct problem *why)
{
	pid_t pid = vm->source.method == VM_GIVEN ? 0 : vm->source.pid;

	if (vm->source.qmp_path[0])
		return qmp_open(vm->source.qmp_path, pid, why);
	if (!is_announced(vm))
		problem_set(why,
			    "%s: attached without --qmp SOCKET, so its monitor is not known",
			    vm->name);
	return NULL;
}

static int stopcont_held(struct vm *vm, bool stops, struct problem *why)
{
	struct qmp *q = open_monitor(vm, why);
	int ret;

	if (!q && !is_announced(vm))
		return -1;
	follow_check(vm->x, vm);
	ret = stops ? stop(vm, q, why) : cont(vm, q, why);
	if (q)
		qmp_close(q);
	follow_check(vm->x, vm);
	vm->predicted = false;
	exporter_changed(vm->x);
	return ret;
}

/**
 * stopcont - stop or continue a VM through its monitor, its page in the right order
 * @x: the exporter
 * @name: the guest's
 * @stops: or continue
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int stopcont(struct exporter *x, const char *name, bool stops,
	     struct problem *why)
{
	struct vm *vm = hold_find(x, name, why);
	int ret;

	if (!vm)
		return -1;
	hold_take(vm);
	ret = stopcont_held(vm, stops, why);
	hold_release(vm);
	return ret;
}
