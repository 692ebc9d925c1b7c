// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/loop.h"
#include "base/now.h"
#include "base/rate.h"
#include "child.h"
#include "family.h"

/* One that ends sooner than this after its start may end again. */
#define QUICK_NS	(2 * NSEC_PER_SEC)
/* How long is waited then: twice as long every time. */
#define FIRST_NS	(NSEC_PER_SEC / 10)
#define DOUBLINGS	6

/**
 * struct child - one of our processes
 * @role:	which
 * @what:	what people call it
 * @run:	does its work
 * @pid:	of it, 0: none
 * @lifeline:	tells when it is ready; it ends when this is closed
 * @timer:	due when it is to be started again
 * @started_ns:	when it was, MONOTONIC
 * @quick:	how often in a row it has ended soon
 * @ready:	it does what it is for
 * @was_ready:	it, or one before it, has done so
 */
struct child {
	enum role role;
	const char *what;
	int (*run)(const struct start *start);
	pid_t pid;
	struct watch lifeline;
	struct timer timer;
	u64 started_ns;
	unsigned int quick;
	bool ready;
	bool was_ready;
};

static struct child children[ROLES] = {
	{ ROLE_CLOCK, "the clock process", clockproc_run, .lifeline.fd = -1 },
	{ ROLE_ATTENDANT, "the attendant", attendproc_run, .lifeline.fd = -1 },
};

static struct start begin;
static const struct family_calls *calls;
static bool ending;

static void lifeline_ready(void *arg)
{
	struct child *c = arg;
	char byte;
	ssize_t n = recv(c->lifeline.fd, &byte, 1, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n != 1) {		/* it has ended */
		loop_forget(&c->lifeline);
		return;
	}
	if (byte != CHILD_READY || c->ready)
		return;
	c->ready = true;
	c->was_ready = true;
	calls->ready(c->role);
}

static void again_later(struct child *c)
{
	u64 ns = 1;

	if (now_ns(CLOCK_MONOTONIC) - c->started_ns > QUICK_NS)
		c->quick = 0;
	else if (c->quick++)
		ns = FIRST_NS << (c->quick - 2 < DOUBLINGS ? c->quick - 2 : DOUBLINGS);
	loop_timer_set(&c->timer, ns, 0);
}

static void again_due(void *arg)
{
	struct child *c = arg;

	if (!c->pid && !ending)
		family_start(c->role);
}

/* What the child must not keep of ours: it would hold the others' lifelines. */
static void forget_family(void)
{
	sigset_t set;
	int i;

	/* First of all: the parent waits by it, and must not lose what is closed here. */
	loop_close();
	for (i = 0; i < ROLES; i++)
		loop_remove(&children[i].lifeline);
	calls->forked();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void run_child(struct child *c, int lifeline)
{
	forget_family();
	begin.lifeline = lifeline;
	exit(c->run(&begin));
}

static void show(const struct child *c)
{
	struct process *p = &begin.shared->table->children[c->role];

	p->restarts += !!p->started_ns;
	p->pid = c->pid;
	p->started_ns = now_ns(CLOCK_BOOTTIME);
}

static int start_child(struct child *c, struct problem *why)
{
	int ends[2];

	if (channel_open(ends, why))
		return -1;
	fflush(stdout);
	c->pid = fork();
	if (!c->pid) {
		close(ends[0]);
		run_child(c, ends[1]);
	}
	close(ends[1]);
	c->lifeline.fd = ends[0];
	if (c->pid > 0)
		return loop_add(&c->lifeline, why);
	c->pid = 0;
	close(ends[0]);
	c->lifeline.fd = -1;
	return problem_errno(why, "fork");
}

void family_start(enum role role)
{
	struct child *c = &children[role];
	struct problem why;

	c->started_ns = now_ns(CLOCK_MONOTONIC);
	c->ready = false;
	if (start_child(c, &why)) {
		say("%s cannot be started: %s", c->what, why.text);
		again_later(c);
		return;
	}
	show(c);
}

static void say_end(const struct child *c, int status)
{
	if (WIFSIGNALED(status))
		say("%s was killed by signal %d (%s); another one is started", c->what,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		say("%s ended with exit status %d; another one is started", c->what,
		    WEXITSTATUS(status));
}

static void gone(struct child *c)
{
	c->pid = 0;
	c->ready = false;
	loop_remove(&c->lifeline);
	begin.shared->table->children[c->role].pid = 0;
}

static void ended(struct child *c, int status)
{
	gone(c);
	if (ending) {
		if (!children[ROLE_CLOCK].pid && !children[ROLE_ATTENDANT].pid)
			calls->empty();
		return;
	}
	if (!c->was_ready) {
		if (WIFSIGNALED(status))
			say_end(c, status);
		calls->failed();
		return;
	}
	say_end(c, status);
	again_later(c);
}

/* Children have ended. */
void family_reap(void)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < ROLES; i++) {
			if (children[i].pid == pid)
				ended(&children[i], status);
		}
	}
}

/*
 * It hangs: kill it and start another one.  If the kernel holds it, that is not waited for:
 * it will never run again.
 */
void family_kill(enum role role, const char *why)
{
	struct child *c = &children[role];

	if (!c->pid)
		return;
	say("%s %s; it is killed, and another one is started", c->what, why);
	kill(c->pid, SIGKILL);
	gone(c);
	again_later(c);
}

/* Let all end. */
void family_end(void)
{
	int i;

	ending = true;
	for (i = 0; i < ROLES; i++)
		loop_remove(&children[i].lifeline);
	if (!children[ROLE_CLOCK].pid && !children[ROLE_ATTENDANT].pid)
		calls->empty();
}

/* Those that have not ended by now do not want to. */
void family_abandon(void)
{
	int i;

	for (i = 0; i < ROLES; i++) {
		if (children[i].pid)
			kill(children[i].pid, SIGKILL);
	}
}

bool family_is_ready(enum role role)
{
	return children[role].ready;
}

/**
 * family_open - get ready to start children
 * @start: what they are started with
 * @what: told
 */
void family_open(const struct start *start, const struct family_calls *what)
{
	int i;

	begin = *start;
	calls = what;
	for (i = 0; i < ROLES; i++) {
		children[i].lifeline.ready = lifeline_ready;
		children[i].lifeline.arg = &children[i];
		children[i].timer.due = again_due;
		children[i].timer.arg = &children[i];
	}
}
