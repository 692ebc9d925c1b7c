// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "qmp.h"

/* Nothing else is done meanwhile, so be brief. */
#define TIMEOUT_MS	500
#define MAX_LINE	8192

/**
 * struct qmp - a connection
 * @fd:		the socket
 * @ended:	nothing more will come, or nothing that can be understood
 * @buffer:	what has been received and not been used
 * @used:	bytes of it
 */
struct qmp {
	int fd;
	bool ended;
	char buffer[MAX_LINE];
	size_t used;
};

static int qmp_connect(struct qmp *q, const char *path, struct problem *why)
{
	struct timeval timeout = { .tv_usec = TIMEOUT_MS * 1000 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(sun.sun_path))
		return problem_set(why, "%s: too long for a socket's name", path);
	memcpy(sun.sun_path, path, strlen(path));
	q->used = 0;
	q->ended = false;
	q->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (q->fd < 0)
		return problem_errno(why, "socket");
	setsockopt(q->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(q->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(q->fd, (struct sockaddr *)&sun, sizeof(sun))) {
		problem_errno(why, "%s: cannot connect to the QEMU's QMP socket",
			      path);
		close(q->fd);
		return -1;
	}
	return 0;
}

/* Receive up to the end of a line.  Return: where that is, NULL if it does not come. */
static char *qmp_fill(struct qmp *q, int flags)
{
	char *end;
	ssize_t n;

	while (!(end = memchr(q->buffer, '\n', q->used))) {
		n = recv(q->fd, q->buffer + q->used,
			 sizeof(q->buffer) - q->used, flags);
		if (n <= 0) {
			q->ended = !n || (errno != EAGAIN && errno != EINTR);
			return NULL;
		}
		q->used += n;
	}
	return end;
}

/* Take out the line that ends there.  Return: it as an object, or NULL. */
static struct json_object *qmp_take(struct qmp *q, char *end)
{
	struct json_object *o;

	*end = '\0';
	o = json_tokener_parse(q->buffer);
	q->used -= end + 1 - q->buffer;
	memmove(q->buffer, end + 1, q->used);
	q->ended |= !o;
	return o;
}

/* The next line as an object, or NULL. */
static struct json_object *qmp_line(struct qmp *q, struct problem *why)
{
	char *end = qmp_fill(q, 0);
	struct json_object *o;

	if (!end) {
		problem_set(why,
			    "no answer from the QEMU's QMP socket within %d ms; is another client connected to it?",
			    TIMEOUT_MS);
		return NULL;
	}
	o = qmp_take(q, end);
	if (!o)
		problem_set(why, "the QEMU's QMP socket says something that is not JSON");
	return o;
}

/* Skip greeting and events, up to the answer. */
static int qmp_answer(struct qmp *q, struct json_object **result,
		      struct problem *why)
{
	struct json_object *o, *value;

	while ((o = qmp_line(q, why))) {
		if (json_object_object_get_ex(o, "error", &value)) {
			problem_set(why, "the QEMU refuses: %s",
				    json_object_to_json_string(value));
			json_object_put(o);
			return -1;
		}
		if (json_object_object_get_ex(o, "return", &value)) {
			if (result)
				*result = json_object_get(value);
			json_object_put(o);
			return 0;
		}
		json_object_put(o);
	}
	return -1;
}

static int qmp_send(struct qmp *q, const char *command, struct problem *why)
{
	char text[256];
	int len;

	len = snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", command);
	if (send(q->fd, text, len, MSG_NOSIGNAL) != len)
		return problem_errno(why, "cannot write to the QEMU's QMP socket");
	return 0;
}

/**
 * qmp_run_late - have a QEMU do something
 * @path: its QMP socket
 * @command: a command without arguments
 * @late: what to do once the QEMU waits for the command, or NULL
 * @result: where to put the answer, to be given back; or NULL
 * @why: what went wrong
 *
 * Takes TIMEOUT_MS for each of its steps at most.
 *
 * Return: 0 or -1.
 */
int qmp_run_late(const char *path, const char *command,
		 const struct qmp_late *late, struct json_object **result,
		 struct problem *why)
{
	struct qmp q;
	int ret = -1;

	if (qmp_connect(&q, path, why))
		return -1;
	if (!qmp_send(&q, "qmp_capabilities", why) &&
	    !qmp_answer(&q, NULL, why)) {
		if (late)
			late->run(late->arg);
		if (!qmp_send(&q, command, why))
			ret = qmp_answer(&q, result, why);
	}
	close(q.fd);
	return ret;
}

/* The same, with nothing to do before. */
int qmp_run(const char *path, const char *command, struct json_object **result,
	    struct problem *why)
{
	return qmp_run_late(path, command, NULL, result, why);
}

/**
 * qmp_listen - connect to a QEMU's monitor for what it tells by itself
 * @path: its QMP socket, which serves nobody else from now on
 * @why: what went wrong
 *
 * Return: the connection, or NULL.
 */
struct qmp *qmp_listen(const char *path, struct problem *why)
{
	struct qmp *q = malloc(sizeof(*q));

	if (!q) {
		problem_errno(why, "cannot allocate");
		return NULL;
	}
	if (qmp_connect(q, path, why)) {
		free(q);
		return NULL;
	}
	if (!qmp_send(q, "qmp_capabilities", why) && !qmp_answer(q, NULL, why))
		return q;
	close(q->fd);
	free(q);
	return NULL;
}

int qmp_fd(const struct qmp *q)
{
	return q->fd;
}

/* The next message that has arrived already, or NULL. */
struct json_object *qmp_next(struct qmp *q)
{
	char *end = q->ended ? NULL : qmp_fill(q, MSG_DONTWAIT);

	return end ? qmp_take(q, end) : NULL;
}

bool qmp_ended(const struct qmp *q)
{
	return q->ended;
}

/* The descriptor has been closed already. */
void qmp_free(struct qmp *q)
{
	free(q);
}
