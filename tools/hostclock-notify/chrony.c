// SPDX-License-Identifier: GPL-2.0
/*
 * Making chronyd discard its measurements: retried until it does, or until a newer
 * event.
 *
 * Starting a chronyc takes longer than chronyd may use its old measurements, so one
 * is kept running, and gets its commands through a pipe.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chronyc.h"
#include "notify.h"

/* Between attempts: 20 ms, and twice as long each time up to 10.24 s. */
#define RETRY_NS	(20 * NSEC_PER_MSEC)
#define RETRY_DOUBLINGS	9

/* Without an event, wait for a chronyd for this long, 20 s in all. */
#define WARM_ATTEMPTS	10

static struct {
	enum { IDLE, DUE, RESET, BURST } step;
	bool again;		/* a newer event came meanwhile */
	int64_t due_ns;
	int64_t since_ns;	/* of the newest event */
	unsigned int failures;	/* in a row */
	uint64_t marker;
} job;

static struct {
	unsigned int failures;	/* in a row, to start a chronyc that stays */
	int64_t due_ns;
} warm;

static int64_t retry_ns(unsigned int failures)
{
	return RETRY_NS << (failures < RETRY_DOUBLINGS ? failures :
							 RETRY_DOUBLINGS);
}

static void due_in(int64_t ns)
{
	job.step = DUE;
	job.due_ns = now_ns() + ns;
}

bool chrony_busy(void)
{
	return job.step != IDLE;
}

int chrony_fd(void)
{
	return chronyc_fd();
}

void chrony_end(void)
{
	chronyc_kill();
	job.step = IDLE;
}

void chrony_event(const struct chrony_options *o, const struct snapshot *s,
		  int64_t since_ns)
{
	if (!o->enabled)
		return;
	job.since_ns = since_ns;
	job.marker = s->marker;
	job.failures = 0;
	job.again = job.step == RESET || job.step == BURST;
	if (!job.again)
		due_in(0);
}

static void failed(const struct chrony_options *o, const char *why)
{
	/* once per event, or a host without chronyd fills its log */
	if (!job.failures)
		say("marker %llu: cannot reset chronyd's sources: %s: %s; trying until it works",
		    (unsigned long long)job.marker, o->chronyc, why);
	due_in(retry_ns(job.failures++));
}

static void send_reset(const struct chrony_options *o)
{
	if (chronyc_start(o) || chronyc_send("reset sources"))
		failed(o, strerror(errno));
	else
		job.step = RESET;
}

static void reset_done(const struct chrony_options *o)
{
	char command[2 * WORD_SIZE];

	say("marker %llu: chronyd's sources reset after %.1f ms, attempt %u",
	    (unsigned long long)job.marker, (now_ns() - job.since_ns) / 1e6,
	    job.failures + 1);
	job.failures = 0;
	if (!o->burst)
		return;
	snprintf(command, sizeof(command), "burst %s", o->burst);
	if (chronyc_send(command))
		say("%s: %s", o->chronyc, strerror(errno));
	else
		job.step = BURST;
}

/* Handle the answer to the last command; NULL: there will be none. */
static void answered(const struct chrony_options *o, const char *answer)
{
	bool good = answer && !strncmp(answer, "200 ", strlen("200 "));
	bool was_reset = job.step == RESET;

	if (job.step != RESET && job.step != BURST)
		return;
	job.step = IDLE;
	if (good)
		warm.failures = 0;
	if (job.again) {
		job.again = false;
		due_in(0);
	} else if (was_reset && good) {
		reset_done(o);
	} else if (was_reset) {
		failed(o, answer ? answer : chronyc_last_words());
	} else {
		say("marker %llu: burst for network servers: %s",
		    (unsigned long long)job.marker,
		    answer ? answer : chronyc_last_words());
	}
}

static void take_answers(const struct chrony_options *o)
{
	const char *line;

	while ((line = chronyc_line()))
		if (line[0] >= '0' && line[0] <= '9')
			answered(o, line);
	if (!chronyc_ended())
		return;
	warm.due_ns = now_ns() + retry_ns(warm.failures++);
	answered(o, NULL);
}

/* Keep a chronyc ready, with a limited number of attempts. */
static int64_t keep_warm(const struct chrony_options *o)
{
	if (!o->enabled || chronyc_running() || warm.failures >= WARM_ATTEMPTS)
		return NEVER_NS;
	if (now_ns() < warm.due_ns)
		return warm.due_ns;
	if (chronyc_start(o)) {
		warm.due_ns = now_ns() + retry_ns(warm.failures++);
		return warm.due_ns;
	}
	return NEVER_NS;
}

int64_t chrony_work(const struct chrony_options *o)
{
	int64_t due_ns;

	take_answers(o);
	if (job.step == DUE && now_ns() >= job.due_ns)
		send_reset(o);
	if (job.step == DUE)
		due_ns = job.due_ns;
	else if (job.step == IDLE)
		due_ns = keep_warm(o);
	else
		due_ns = NEVER_NS;
	return due_ns < chronyc_deadline() ? due_ns : chronyc_deadline();
}
