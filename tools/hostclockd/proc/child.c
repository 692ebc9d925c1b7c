// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop.h"
#include "child.h"

static struct watch lifeline = { .fd = -1 };

/* Closed by the supervisor, whether it wants to or not. */
static void lifeline_ready(void *arg)
{
	(void)arg;
	loop_stop();
}

/**
 * child_begin - be a process of one's own, just forked
 * @name: what to be called
 * @fd: the socket that its supervisor holds for as long as the child shall live
 * @why: what went wrong
 *
 * SIGTERM and SIGINT stay blocked: they are the supervisor's, also when everybody gets
 * them.
 *
 * Return: 0 or -1.
 */
int child_begin(const char *name, int fd, struct problem *why)
{
	prctl(PR_SET_NAME, name);
	lifeline.fd = fd;
	lifeline.ready = lifeline_ready;
	return loop_open(why) || loop_add(&lifeline, why) ? -1 : 0;
}

/*
 * Not to outlive the supervisor, nor to gain rights; to be called once the user is the
 * final one.  Return: 0 or -1.
 */
int child_bound(pid_t supervisor, struct problem *why)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return problem_errno(why, "prctl");
	if (getppid() != supervisor)
		return problem_set(why, "hostclockd has ended meanwhile");
	return 0;
}

void child_ready(void)
{
	const char ready = CHILD_READY;

	send(lifeline.fd, &ready, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* For loop_run(). */
void child_nothing(void *arg)
{
	(void)arg;
}
