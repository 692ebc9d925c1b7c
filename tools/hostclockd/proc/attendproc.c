// SPDX-License-Identifier: GPL-2.0
/* The attendant: everything but the clock, which it asks for what it needs of it. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "attendant.h"
#include "base/channel.h"
#include "base/loop.h"
#include "base/now.h"
#include "base/rate.h"
#include "child.h"
#include "clock/ask.h"
#include "start.h"

/* How long the clock may take for an answer: it sleeps for some ms at most. */
#define ANSWER_NS	(NSEC_PER_SEC / 2)
/* Messages at a time. */
#define BATCH		16

static struct exporter exporter;
static struct shared *shared;
static struct watch answers = { .fd = -1 };

/* The next message until then.  Return: 0 or -1. */
static int next_answer(struct answer *answer, u64 deadline_ns)
{
	struct pollfd pfd = { .fd = answers.fd, .events = POLLIN };
	s64 left;
	int fd;

	while (channel_receive(answers.fd, answer, sizeof(*answer), &fd) != 1) {
		left = deadline_ns - now_ns(CLOCK_MONOTONIC);
		if (left <= 0)
			return -1;
		poll(&pfd, 1, left / 1000000 + 1);
	}
	if (fd >= 0)
		close(fd);
	return 0;
}

static bool hears_nothing;

/* Late answers, and that the clock has changed. */
static void drain(void)
{
	struct answer answer;
	int i, fd;

	for (i = 0; i < BATCH; i++) {
		if (channel_receive(answers.fd, &answer, sizeof(answer), &fd) != 1)
			return;
		if (fd >= 0)
			close(fd);
		hears_nothing = false;
	}
}

/* Ask the clock process.  Return: 0, or -1 also if it does not answer in time. */
static int ask_clock(const struct ask *question, int fd, struct problem *why)
{
	static u32 serial;
	struct ask ask = *question;
	u64 deadline_ns;
	struct answer answer;

	/* 0 is no question. */
	serial += serial + 1 ? 1 : 2;
	ask.serial = serial;
	drain();
	deadline_ns = now_ns(CLOCK_MONOTONIC) + (hears_nothing ? 0 : ANSWER_NS);
	if (!channel_send(answers.fd, &ask, sizeof(ask), fd)) {
		while (!next_answer(&answer, deadline_ns)) {
			hears_nothing = false;
			if (answer.serial != serial)
				continue;
			*why = answer.why;
			return answer.bad ? -1 : 0;
		}
	}
	hears_nothing = true;
	problem_set(why, "the clock process does not answer; try again in a moment");
	why->again = true;
	return -1;
}

/* What has changed is on the board, and looked at after every wake-up. */
static void answers_ready(void *arg)
{
	(void)arg;
	drain();
}

static void dispatched(void *arg)
{
	__atomic_fetch_add(&shared->table->beats, 1, __ATOMIC_RELAXED);
	attendant_dispatched(arg);
}

static int set_up(struct exporter *x, const struct start *s, struct problem *why)
{
	struct sched_param none = { .sched_priority = 0 };

	/* What the unit may have given us is for the clock. */
	sched_setscheduler(0, SCHED_OTHER, &none);
	shared = s->shared;
	close(s->shared->ends[ROLE_CLOCK]);
	if (shared_only_read(s->shared, why) ||
	    child_begin("hostclock-vms", s->lifeline, why) || child_bound(s->supervisor, why))
		return -1;
	x->opt = *s->opt;
	/* The clock process and the supervisor keep others away. */
	close(s->d.lock);
	x->dir = s->d.dir;
	x->vm_dir = s->d.vm_dir;
	x->table = s->shared->table;
	x->board = s->shared->board;
	x->ask = ask_clock;
	answers.fd = s->shared->ends[ROLE_ATTENDANT];
	answers.ready = answers_ready;
	return loop_add(&answers, why) || attendant_open(x, why) ? -1 : 0;
}

/* Be the attendant.  Return: its exit status. */
int attendproc_run(const struct start *s)
{
	struct problem why = { .again = false };

	if (set_up(&exporter, s, &why)) {
		say("%s", why.text);
		return EXIT_FAILURE;
	}
	child_ready();
	loop_run(attendant_look, dispatched, &exporter);
	attendant_close(&exporter);
	return EXIT_SUCCESS;
}
