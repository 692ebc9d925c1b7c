// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/array.h"
#include "base/channel.h"
#include "base/eventfd.h"
#include "base/files.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/process.h"
#include "base/rate.h"
#include "base/ring.h"
#include "base/socket.h"
#include "base/spare.h"
#include "base/task.h"
#include "clock/view.h"
#include "doorbell.h"

/* A guest has one QEMU; a few more do no harm.  A new one replaces the oldest. */
#define CONNECTIONS	4

/* Between attempts to accept connections for which there are no descriptors. */
#define PAUSE_SEC	5

#define PROTOCOL_VERSION	0
/* Every QEMU is the first and only peer on its socket. */
#define PEER_ID			0
#define MEMORY			(-1)

/**
 * struct connection - a QEMU that can be interrupted
 * @watch:	readable when that ends: its socket, or a pidfd if it connected to
 *		an earlier exporter; fd < 0 if there is no connection
 * @bell:	whose it is
 * @serial:	how many there were before it
 * @eventfd:	QEMU's interrupt
 * @id:		the eventfd's
 * @pid:	QEMU
 * @pid_start:	and when it was started
 * @failed:	it could not be rung, and that was said
 */
struct connection {
	struct watch watch;
	struct doorbell *bell;
	u64 serial;
	int eventfd;
	s64 id;
	pid_t pid;
	u64 pid_start;
	bool failed;
};

/**
 * struct doorbell - a guest's
 * @x:		the exporter
 * @vm:		the guest
 * @listener:	the socket
 * @paused_ns:	since when it is not waited for, MONOTONIC; 0 if it is
 * @connections: the QEMUs
 * @serial:	how many there were
 * @rings:	how often it was rung
 */
struct doorbell {
	struct exporter *x;
	struct vm *vm;
	struct watch listener;
	u64 paused_ns;
	struct connection connections[CONNECTIONS];
	u64 serial;
	u64 rings;
};

/* What guests were last interrupted for, by clock page. */
static struct {
	u64 epoch;
	u8 status;
} notified[PAGES];

/* Doorbells that are not waited for. */
static unsigned int paused;
static int directory = -1;
static struct timer timer;
static bool timer_runs;

static void cannot_ring(struct connection *c)
{
	if (!c->failed)
		say("%s: cannot interrupt the guest: %s", c->bell->vm->name, strerror(errno));
	c->failed = true;
}

void doorbell_ring(struct vm *vm)
{
	int i;

	if (!vm->doorbell)
		return;
	vm->doorbell->rings++;
	for (i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &vm->doorbell->connections[i];

		if (c->watch.fd >= 0 && ring_eventfd(c->eventfd))
			cannot_ring(c);
	}
}

static void drop(struct connection *c)
{
	if (c->watch.fd < 0)
		return;
	loop_remove(&c->watch);
	close(c->eventfd);
}

/* The peer has closed, or sent something, which QEMU never does. */
static void connection_ready(void *arg)
{
	struct connection *c = arg;

	drop(c);
	exporter_changed_by_others(c->bell->x);
}

static struct connection *free_connection(struct doorbell *bell)
{
	struct connection *oldest = &bell->connections[0];
	int i;

	for (i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &bell->connections[i];

		if (c->watch.fd < 0)
			return c;
		if (c->serial < oldest->serial)
			oldest = c;
	}
	drop(oldest);
	return oldest;
}

/* Interrupt it from now on.  Takes over both descriptors, even on failure. */
static void connect_to(struct doorbell *bell, int fd, int event, pid_t pid)
{
	struct connection *c = free_connection(bell);
	struct problem why;

	c->watch.fd = fd;
	c->serial = bell->serial++;
	c->eventfd = event;
	c->id = eventfd_id(event);
	c->failed = false;
	c->pid = pid;
	c->pid_start = process_start(pid);
	if (loop_add(&c->watch, &why)) {
		say("%s: %s", bell->vm->name, why.text);
		drop(c);
	}
}

/* A message, with a descriptor if that is not -1. */
static int tell(int fd, s64 message, int descriptor)
{
	u64 text = htole64(message);

	return channel_send(fd, &text, sizeof(text), descriptor);
}

/*
 * Everything that QEMU waits for when it starts; it fits into a new socket's buffer.
 * Errors of a peer that has closed already are not logged.
 */
static int greet(struct doorbell *bell, int fd, int event)
{
	struct problem why;
	int page = files_open(bell->x->vm_dir, bell->vm->name, &why);
	int bad;

	if (page < 0) {
		say("%s: no doorbell: %s", bell->vm->name, why.text);
		return -1;
	}
	bad = tell(fd, PROTOCOL_VERSION, -1) || tell(fd, PEER_ID, -1) ||
	      tell(fd, MEMORY, page) || tell(fd, PEER_ID, event);
	close(page);
	return bad;
}

static void accepted(struct doorbell *bell, int fd)
{
	struct ucred cred = { .pid = 0 };
	socklen_t len = sizeof(cred);
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (event < 0) {
		say("%s: no doorbell: %s", bell->vm->name, strerror(errno));
		close(fd);
		return;
	}
	if (greet(bell, fd, event)) {
		close(event);
		close(fd);
		return;
	}
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	connect_to(bell, fd, event, cred.pid);
	exporter_changed_by_others(bell->x);
}

static void listener_ready(void *arg)
{
	struct doorbell *bell = arg;
	int fd = accept4(bell->listener.fd, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		accepted(bell, fd);
	} else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		/* It stays readable, and would be tried again at once. */
		say("%s: its doorbell socket accepts no connection for %d s: %s",
		    bell->vm->name, PAUSE_SEC, strerror(errno));
		loop_forget(&bell->listener);
		bell->paused_ns = task_now_ns();
		paused++;
	}
}

/**
 * doorbell_create - let a guest's QEMU connect
 * @x: the exporter
 * @vm: the guest, its page file made
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int doorbell_create(struct exporter *x, struct vm *vm, struct problem *why)
{
	struct doorbell *bell = calloc(1, sizeof(*bell));
	int i;

	if (!bell)
		return problem_errno(why, "cannot allocate");
	bell->x = x;
	bell->vm = vm;
	for (i = 0; i < CONNECTIONS; i++) {
		bell->connections[i].bell = bell;
		bell->connections[i].watch.fd = -1;
		bell->connections[i].watch.ready = connection_ready;
		bell->connections[i].watch.arg = &bell->connections[i];
	}
	bell->listener.ready = listener_ready;
	bell->listener.arg = bell;
	bell->listener.fd = socket_listen(directory, vm->name,
					  SOCK_STREAM | SOCK_NONBLOCK, why);
	vm->doorbell = bell;
	if (bell->listener.fd >= 0 && !loop_add(&bell->listener, why))
		return 0;
	doorbell_remove(vm);
	return -1;
}

/* Close all connections and the socket. */
void doorbell_remove(struct vm *vm)
{
	struct doorbell *bell = vm->doorbell;
	int i;

	if (!bell)
		return;
	for (i = 0; i < CONNECTIONS; i++)
		drop(&bell->connections[i]);
	loop_remove(&bell->listener);
	unlinkat(directory, vm->name, 0);
	paused -= !!bell->paused_ns;
	vm->doorbell = NULL;
	free(bell);
}

/* What a later exporter needs to interrupt the same QEMUs. */
struct json_object *doorbell_save(const struct vm *vm)
{
	struct json_object *list = json_object_new_array(), *o;
	int i;

	for (i = 0; i < CONNECTIONS; i++) {
		const struct connection *c = &vm->doorbell->connections[i];

		if (c->watch.fd < 0)
			continue;
		o = json_object_new_object();
		json_put_int(o, "pid", c->pid);
		json_put_uint(o, "pid_start", c->pid_start);
		json_put_int(o, "eventfd", c->id);
		json_object_array_add(list, o);
	}
	return list;
}

/* All that doorbell_save() depends on, and that there is a doorbell. */
void doorbell_image(const struct vm *vm, struct record_image *image)
{
	const struct connection *c;
	bool connected;

	for (c = vm->doorbell->connections; c < vm->doorbell->connections + CONNECTIONS; c++) {
		connected = c->watch.fd >= 0;
		record_image_add(image, &connected, sizeof(connected));
		record_image_add(image, &c->pid, sizeof(c->pid));
		record_image_add(image, &c->pid_start, sizeof(c->pid_start));
		record_image_add(image, &c->id, sizeof(c->id));
	}
}

static int connect_again(struct doorbell *bell, struct json_object *o,
			 struct problem *why)
{
	pid_t pid = json_int(o, "pid");
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	int event;

	if (pidfd < 0)
		return problem_errno(why, "pidfd_open of process %d", pid);
	if (process_start(pid) != json_uint(o, "pid_start")) {
		close(pidfd);
		return problem_set(why, "process %d has ended", pid);
	}
	event = eventfd_from(pidfd, pid, json_int(o, "eventfd"), why);
	if (event < 0) {
		close(pidfd);
		return -1;
	}
	connect_to(bell, pidfd, event, pid);
	return 0;
}

/**
 * doorbell_restore - interrupt the QEMUs that connected to an earlier exporter
 * @vm: the guest, which has a doorbell
 * @saved: from doorbell_save()
 *
 * QEMU does not connect twice, but still has its eventfd.
 */
void doorbell_restore(struct vm *vm, struct json_object *saved)
{
	struct problem why;
	size_t i, n = 0;

	if (json_object_is_type(saved, json_type_array))
		n = json_object_array_length(saved);
	for (i = 0; i < n; i++) {
		if (connect_again(vm->doorbell,
				  json_object_array_get_idx(saved, i), &why))
			say("%s: doorbell lost until the VM is restarted: %s", vm->name, why.text);
	}
}

/* Accept connections again, if it is time. */
void doorbell_poll(struct exporter *x)
{
	struct doorbell *bell;
	struct problem why;
	struct vm *vm;

	for (vm = paused ? x->vms : NULL; vm; vm = vm->next) {
		bell = vm->doorbell;
		if (bell && bell->paused_ns &&
		    task_now_ns() - bell->paused_ns > PAUSE_SEC * NSEC_PER_SEC &&
		    !loop_add(&bell->listener, &why)) {
			bell->paused_ns = 0;
			paused--;
		}
	}
}

void doorbell_status(const struct vm *vm, struct json_object *out)
{
	int i, n = 0;

	if (!vm->doorbell)
		return;
	for (i = 0; i < CONNECTIONS; i++)
		n += vm->doorbell->connections[i].watch.fd >= 0;
	json_put_int(out, "doorbell_connections", n);
	json_put_uint(out, "doorbell_rings", vm->doorbell->rings);
}

static bool is_notified(const struct exporter *x, int page)
{
	const struct params *params = &x->clock.pages[page].params;

	return notified[page].epoch == params->epoch && notified[page].status == params->status;
}

/**
 * doorbell_updated - interrupt guests if the clock pages have changed enough
 * @x: the exporter; sets were published
 *
 * That is, if the epoch or status has changed.  The interrupt comes when the new
 * parameters are in force: a guest that checked earlier would find nothing new.
 */
void doorbell_updated(struct exporter *x)
{
	s64 ns = rate_ns_until(x->clock.begins, x->clock.scale);
	bool all = true;
	int i;

	for (i = 0; i < PAGES; i++)
		all &= is_notified(x, i);
	if (all || timer_runs)
		return;
	timer_runs = true;
	loop_timer_set(&timer, ns > 0 ? ns : 1, 0);
}

static void sets_begin(void *arg)
{
	struct exporter *x = arg;
	bool changed[PAGES];
	struct vm *vm;
	int i;

	timer_runs = false;
	if (rate_ns_until(x->clock.begins, x->clock.scale) >= 0) {
		doorbell_updated(x);
		return;
	}
	for (i = 0; i < PAGES; i++) {
		changed[i] = !is_notified(x, i);
		notified[i].epoch = x->clock.pages[i].params.epoch;
		notified[i].status = x->clock.pages[i].params.status;
	}
	for (vm = x->vms; vm; vm = vm->next) {
		if (changed[view_page(&x->clock, vm->format, vm->smear) - x->clock.pages])
			doorbell_ring(vm);
	}
}

/* Call before there are guests. */
int doorbell_open(struct exporter *x, struct problem *why)
{
	struct problem no_ring;

	spare_open();
	if (ring_open(&no_ring))
		say("doorbells do not ring: %s", no_ring.text);
	directory = files_open_subdir(x->dir, DOORBELL_DIR, why);
	if (directory < 0)
		return -1;
	timer.due = sets_begin;
	timer.arg = x;
	return 0;
}

/* Remove the sockets.  QEMUs keep their eventfds for a later exporter. */
void doorbell_close(struct exporter *x)
{
	struct vm *vm;

	for (vm = x->vms; vm; vm = vm->next)
		doorbell_remove(vm);
}
