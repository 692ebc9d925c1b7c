// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/loop.h"
#include "base/socket.h"
#include "base/spare.h"
#include "base/task.h"
#include "command.h"
#include "control.h"
#include "vm/state.h"

/**
 * struct client - a connection
 * @watch:	it
 * @x:		the exporter
 * @request:	what it asks, until it is answered; nothing more is read meanwhile
 */
struct client {
	struct watch watch;
	struct exporter *x;
	struct json_object *request;
};

static struct watch listener = { .fd = -1 };

static void drop(struct client *c)
{
	loop_remove(&c->watch);
	free(c);
	spare_keep();
}

/*
 * What a command has changed is on disk before it is answered, or it fails.  Earlier
 * changes that could not be written do not make it fail.
 */
static int run(struct exporter *x, struct json_object *req,
	       struct json_object *reply, struct problem *why)
{
	bool unsaved = x->unsaved, changed;
	struct problem inner;
	int bad;

	x->unsaved = false;
	bad = command_run(x, req, reply, why);
	changed = x->unsaved;
	x->unsaved |= unsaved;
	if (!changed || !state_sync(x, &inner) || bad)
		return bad;
	return problem_set(why,
			   "done, but not written down, so a restarted hostclockd would not know: %.300s",
			   inner.text);
}

static void reply_to(struct client *c, struct json_object *reply)
{
	const char *text = json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PLAIN);

	if (strlen(text) >= CONTROL_MAX)
		text = "{\"ok\":false,\"error\":\"the reply is too long\"}";
	if (send(c->watch.fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		say("cannot write to the control socket: %s", strerror(errno));
}

/* In a task: what is asked may have to wait for a VM's monitor. */
static void answer(void *arg)
{
	struct problem why = { .again = false };
	struct client *c = arg;
	struct json_object *req = c->request;
	struct json_object *reply = json_object_new_object();
	bool ok;

	ok = req && json_object_is_type(req, json_type_object);
	if (!ok)
		problem_set(&why, "the request is not a JSON object");
	else
		ok = !run(c->x, req, reply, &why);
	json_put_bool(reply, "ok", ok);
	if (!ok) {
		json_put_text(reply, "error", why.text);
		json_put_bool(reply, "again", why.again);
	}
	reply_to(c, reply);
	json_object_put(reply);
	json_object_put(req);
	c->request = NULL;
	if (loop_add(&c->watch, &why))
		drop(c);
}

static void request_ready(void *arg)
{
	static char buffer[CONTROL_MAX];
	struct client *c = arg;
	ssize_t n = recv(c->watch.fd, buffer, sizeof(buffer) - 1, MSG_DONTWAIT);

	if (n <= 0) {
		drop(c);
		return;
	}
	buffer[n] = '\0';
	c->request = json_read(buffer, n);
	loop_forget(&c->watch);
	task_start(answer, c);
}

/*
 * The socket's mode keeps other users out; this also rejects those who got a
 * descriptor.
 */
static bool is_owner(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return false;
	return cred.uid == 0 || cred.uid == geteuid();
}

/* There is a descriptor kept for whoever wants to know why there are none. */
static int accept_client(void)
{
	int fd = accept4(listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 && spare_use())
		fd = accept4(listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return fd;
}

static void connection_ready(void *arg)
{
	int fd = accept_client();
	int size = CONTROL_MAX;
	struct problem why;
	struct client *c;

	if (fd < 0)
		return;
	c = is_owner(fd) ? calloc(1, sizeof(*c)) : NULL;
	if (!c) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	c->x = arg;
	c->watch.fd = fd;
	c->watch.ready = request_ready;
	c->watch.arg = c;
	if (loop_add(&c->watch, &why))
		drop(c);
}

/**
 * control_open - listen for hostclockctl
 * @x: the exporter, which holds the directory's lock
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int control_open(struct exporter *x, struct problem *why)
{
	listener.fd = socket_listen(x->dir, CONTROL_SOCKET, SOCK_SEQPACKET, why);
	if (listener.fd < 0)
		return -1;
	listener.ready = connection_ready;
	listener.arg = x;
	return loop_add(&listener, why);
}

void control_close(struct exporter *x)
{
	loop_remove(&listener);
	unlinkat(x->dir, CONTROL_SOCKET, 0);
}
