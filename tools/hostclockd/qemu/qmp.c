// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clockset.h"
#include "base/json.h"
#include "base/rate.h"
#include "base/task.h"
#include "connect.h"
#include "qmp.h"

/* For a QEMU that says nothing. */
#define TIMEOUT_MS	1500
/* A QEMU that says other things instead of answering, or bit by bit. */
#define ANSWER_MS	3000
#define ANSWER_LINES	1000
#define MAX_LINE	8192
/* So many lines at a time, then it is others' turn. */
#define TURN_LINES	16
/* Clock and TSC are read within so many ticks, unless that keeps failing. */
#define NOW_TICKS	10000
#define NOW_TRIES	16
/* The clock has been set since an event that seems older than this. */
#define MAX_AGE_SEC	10

/**
 * struct qmp - a connection
 * @fd:		the socket
 * @ended:	nothing more will come, or nothing that can be understood
 * @deadline_ns: for the answer to the last command, MONOTONIC
 * @buffer:	what has been received and not been used
 * @used:	bytes of it
 */
struct qmp {
	int fd;
	bool ended;
	u64 deadline_ns;
	char buffer[MAX_LINE];
	size_t used;
};

/* When REALTIME was last set, MONOTONIC; 0 if it was not while this was looked for. */
static u64 set_ns;
static struct watch was_set = { .fd = -1 };

static void look_for_set(void *arg)
{
	(void)arg;
	if (clockset_happened(&was_set))
		set_ns = task_now_ns();
}

/* Stamps of before the clock was set say nothing: look for that from now on. */
static void watch_clock(void)
{
	struct problem why;

	was_set.ready = look_for_set;
	if (was_set.fd < 0)
		clockset_watch(&was_set, &why);
}

static int qmp_connect(struct qmp *q, const char *path, pid_t pid, struct problem *why)
{
	q->used = 0;
	q->ended = false;
	q->fd = connect_monitor(path, pid, TIMEOUT_MS, why);
	return q->fd < 0 ? -1 : 0;
}

/* Has it had enough time for an answer?  What has arrived by then still counts. */
static bool is_late(const struct qmp *q)
{
	return task_now_ns() > q->deadline_ns;
}

/* Wait until there is more to read. */
static bool wait_more(const struct qmp *q)
{
	u64 soon = task_now_ns() + TIMEOUT_MS * NSEC_PER_MSEC;

	return task_wait(q->fd, soon < q->deadline_ns ? soon : q->deadline_ns);
}

/*
 * Receive up to the end of a line, waiting for it or not.  Return: where that is, NULL if
 * it does not come.
 */
static char *qmp_fill(struct qmp *q, bool wait)
{
	char *end;
	ssize_t n;

	while (!(end = memchr(q->buffer, '\n', q->used))) {
		n = recv(q->fd, q->buffer + q->used, sizeof(q->buffer) - q->used,
			 MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			if (wait && !is_late(q) && wait_more(q))
				continue;
			return NULL;
		}
		if (n <= 0) {
			q->ended = !n || errno != EINTR;
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
	o = json_read(q->buffer, end - q->buffer);
	q->used -= end + 1 - q->buffer;
	memmove(q->buffer, end + 1, q->used);
	q->ended |= !o;
	return o;
}

/* The next line as an object, or NULL. */
static struct json_object *qmp_line(struct qmp *q, struct problem *why)
{
	char *end = qmp_fill(q, true);
	struct json_object *o;

	if (!end) {
		problem_set(why,
			    "no answer from the QEMU's QMP socket within %d ms; is another client connected to it?",
			    is_late(q) ? ANSWER_MS : TIMEOUT_MS);
		return NULL;
	}
	o = qmp_take(q, end);
	if (!o)
		problem_set(why, "the QEMU's QMP socket says something that is not JSON");
	return o;
}

/* An answer goes to @result, an event to whoever wants it.  Return: 1, 0, -1. */
static int qmp_sort(struct json_object *o, const struct qmp_listener *listener,
		    struct json_object **result, struct problem *why)
{
	struct json_object *value;

	if (json_object_object_get_ex(o, "error", &value))
		return problem_set(why, "the QEMU refuses: %s",
				   json_object_to_json_string(value));
	if (json_object_object_get_ex(o, "return", &value)) {
		if (result)
			*result = json_object_get(value);
		return 0;
	}
	if (listener && json_object_object_get_ex(o, "event", &value))
		listener->event(listener->arg, o);
	return 1;
}

/* Read up to the answer, skipping the greeting and passing events on. */
static int qmp_answer(struct qmp *q, const struct qmp_listener *listener,
		      struct json_object **result, struct problem *why)
{
	struct json_object *o;
	int ret = 1, lines;

	for (lines = 0; ret > 0; lines++) {
		if (lines == ANSWER_LINES)
			return problem_set(why,
					   "the QEMU's QMP socket says %d things, but does not answer",
					   ANSWER_LINES);
		if (lines % TURN_LINES == TURN_LINES - 1)
			task_sleep(1);
		o = qmp_line(q, why);
		if (!o)
			return -1;
		ret = qmp_sort(o, listener, result, why);
		json_object_put(o);
	}
	return ret;
}

static int qmp_send(struct qmp *q, const char *command, struct problem *why)
{
	char text[256];
	int len;

	len = snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", command);
	q->deadline_ns = task_now_ns() + ANSWER_MS * NSEC_PER_MSEC;
	/* A buffer that is full has had no answers read for long. */
	if (send(q->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) != len)
		return problem_errno(why, "cannot write to the QEMU's QMP socket");
	return 0;
}

/**
 * qmp_open - connect to a QEMU's monitor
 * @path: its QMP socket, which serves nobody else until this is closed
 * @pid: its process, which must have made the socket; 0 if that is not known
 * @why: what went wrong
 *
 * Return: the connection, or NULL.
 */
struct qmp *qmp_open(const char *path, pid_t pid, struct problem *why)
{
	struct qmp *q = malloc(sizeof(*q));

	watch_clock();
	if (!q) {
		problem_errno(why, "cannot allocate");
		return NULL;
	}
	if (qmp_connect(q, path, pid, why)) {
		free(q);
		return NULL;
	}
	if (!qmp_send(q, "qmp_capabilities", why) &&
	    !qmp_answer(q, NULL, NULL, why))
		return q;
	qmp_close(q);
	return NULL;
}

void qmp_close(struct qmp *q)
{
	close(q->fd);
	free(q);
}

/**
 * qmp_command - have a QEMU do something
 * @q: the connection
 * @command: a command without arguments
 * @listener: called for events that come before or with the answer, or NULL
 * @result: where to put the answer, to be given back; or NULL
 * @why: what went wrong
 *
 * Takes TIMEOUT_MS at most if the QEMU says nothing, otherwise ANSWER_MS.  In a task,
 * others go on meanwhile.
 *
 * Return: 0 or -1.
 */
int qmp_command(struct qmp *q, const char *command,
		const struct qmp_listener *listener, struct json_object **result,
		struct problem *why)
{
	return qmp_send(q, command, why) ? -1 : qmp_answer(q, listener, result, why);
}

/**
 * qmp_probe - can a QEMU's monitor be connected to, and is it that QEMU's?
 * @path: its QMP socket
 * @pid: its process, 0 if that is not known
 * @why: what went wrong
 *
 * Says nothing to it, so that it does not matter who is connected already.
 *
 * Return: 0 or -1.
 */
int qmp_probe(const char *path, pid_t pid, struct problem *why)
{
	struct qmp q;

	if (qmp_connect(&q, path, pid, why))
		return -1;
	close(q.fd);
	return 0;
}

/* The same on a connection of its own. */
int qmp_run(const char *path, pid_t pid, const char *command,
	    struct json_object **result, struct problem *why)
{
	struct qmp *q = qmp_open(path, pid, why);
	int ret;

	if (!q)
		return -1;
	ret = qmp_command(q, command, NULL, result, why);
	qmp_close(q);
	return ret;
}

int qmp_query_status(struct qmp *q, enum qmp_status *status,
		     struct problem *why)
{
	struct json_object *answer = NULL;

	if (qmp_command(q, "query-status", NULL, &answer, why))
		return -1;
	if (json_int(answer, "running"))
		*status = QMP_RUNNING;
	else
		*status = strcmp(json_text(answer, "status", ""), "inmigrate") ?
			  QMP_STOPPED : QMP_ARRIVING;
	json_object_put(answer);
	return 0;
}

/* The same on a connection of its own. */
int qmp_ask_status(const char *path, pid_t pid, enum qmp_status *status,
		   struct problem *why)
{
	struct qmp *q = qmp_open(path, pid, why);
	int ret;

	if (!q)
		return -1;
	ret = qmp_query_status(q, status, why);
	qmp_close(q);
	return ret;
}

int qmp_fd(const struct qmp *q)
{
	return q->fd;
}

/**
 * qmp_next - the next message that has arrived already
 * @q: the connection
 * @reads: how often more may be read from the socket, MAX_LINE at a time
 *
 * Return: it, or NULL.
 */
struct json_object *qmp_next(struct qmp *q, int *reads)
{
	char *end = memchr(q->buffer, '\n', q->used);

	if (!end && !q->ended && *reads > 0) {
		(*reads)--;
		end = qmp_fill(q, false);
	}
	return end && !q->ended ? qmp_take(q, end) : NULL;
}

bool qmp_ended(const struct qmp *q)
{
	return q->ended;
}

/* The same as qmp_close(), but the descriptor has been closed already. */
void qmp_free(struct qmp *q)
{
	free(q);
}

/* REALTIME and the TSC at one instant. */
static u64 now_at(struct timespec *now)
{
	u64 before, after;
	int tries = 0;

	do {
		before = hostclock_rdtsc();
		clock_gettime(CLOCK_REALTIME, now);
		after = hostclock_rdtsc();
	} while (after - before > NOW_TICKS && ++tries < NOW_TRIES);
	return before;
}

/* How old is an event with that stamp?  Return: ns, or -1 if it cannot be right. */
static s64 age_of(const struct timespec *now, s64 sec, s64 usec)
{
	s64 age;

	/* They may be any numbers. */
	if (usec < 0 || usec >= 1000000 || sec < now->tv_sec - MAX_AGE_SEC - 1 ||
	    sec > now->tv_sec)
		return -1;
	age = (now->tv_sec - sec) * NSEC_PER_SEC + now->tv_nsec - usec * 1000;
	return age <= MAX_AGE_SEC * NSEC_PER_SEC ? age : -1;
}

/**
 * qmp_event_when - when did an event happen?
 * @event: the event, which QEMU stamps with the host's REALTIME, in us
 *
 * However long it was on its way.  One that seems to come from the future, or from
 * long ago, was stamped by a clock that has been set since; so may any be for a while
 * after the clock was set.
 */
struct qmp_when qmp_event_when(struct json_object *event)
{
	struct qmp_when when = { .age_ns = 0 };
	struct json_object *stamp;
	struct timespec now;
	s64 age;

	when.tsc = now_at(&now);
	look_for_set(NULL);
	if (!json_object_object_get_ex(event, "timestamp", &stamp) ||
	    (set_ns && task_now_ns() - set_ns < MAX_AGE_SEC * NSEC_PER_SEC))
		return when;
	age = age_of(&now, json_int(stamp, "seconds"), json_int(stamp, "microseconds"));
	when.known = age >= 0;
	if (when.known)
		when.age_ns = age;
	return when;
}
