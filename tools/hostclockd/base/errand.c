// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "errand.h"
#include "rate.h"
#include "task.h"

/* What does not hang takes far less, on a machine that is busy, too. */
#define TIMEOUT_MS	2000
/* Processes that hang; one for each VM there can be. */
#define LOST_MAX	1000

static pid_t lost_pids[LOST_MAX];
static int lost_count;

/**
 * struct message - from the process that did it
 * @bad:	it went wrong
 * @why:	why
 * @answer:	or what it found
 */
struct message {
	int bad;
	struct problem why;
	char answer[ERRAND_MAX] __attribute__((aligned(8)));
};

/* Those that ended after all. */
static void reap(void)
{
	int i = 0;

	while (i < lost_count) {
		if (waitpid(lost_pids[i], NULL, WNOHANG))
			lost_pids[i] = lost_pids[--lost_count];
		else
			i++;
	}
}

/* End a process, which may take as long as it likes. */
void errand_lose(pid_t pid)
{
	kill(pid, SIGKILL);
	if (lost_count < LOST_MAX)
		lost_pids[lost_count++] = pid;
	reap();
}

/* Does it still hang?  If not, *lost becomes 0. */
bool errand_is_lost(pid_t *lost)
{
	int i;

	reap();
	for (i = 0; *lost && i < lost_count; i++) {
		if (lost_pids[i] == *lost)
			return true;
	}
	*lost = 0;
	return false;
}

/* In the child: nothing that must not stay with a process that hangs. */
static void leave_all(int keep, pid_t parent)
{
	struct sched_param param = { .sched_priority = 0 };
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sched_setscheduler(0, SCHED_OTHER, &param);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(keep, 3);
	close_range(4, ~0U, 0);
	prctl(PR_SET_NAME, "hostclock-look");
}

/**
 * errand_fork - a process for what may hang
 * @fd: the socket to it, which does not block; or in it, 3, to us
 * @why: what went wrong
 *
 * Return: its ID, 0 in it, or -1.
 */
pid_t errand_fork(int *fd, struct problem *why)
{
	pid_t us = getpid(), pid;
	int fds[2];

	reap();
	if (lost_count == LOST_MAX)
		return problem_set(why, "%d processes hang already that looked at VMs", LOST_MAX);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return problem_errno(why, "socketpair");
	pid = fork();
	if (!pid) {
		leave_all(fds[1], us);
		*fd = 3;
		return 0;
	}
	close(fds[1]);
	*fd = fds[0];
	if (pid > 0 && !fcntl(fds[0], F_SETFL, O_NONBLOCK))
		return pid;
	problem_errno(why, "fork");
	close(fds[0]);
	return -1;
}

static void work(const struct errand *e, int fd)
{
	struct message m = { .bad = 0 };
	int opened = -1;

	m.bad = e->work(e->arg, m.answer, &m.why);
	if (e->opens && !m.bad)
		memcpy(&opened, m.answer, sizeof(opened));
	channel_send(fd, &m, sizeof(m), opened);
	_exit(0);
}

static int receive(const struct errand *e, int fd, struct problem *why)
{
	struct message m;
	int opened;

	if (channel_receive(fd, &m, sizeof(m), &opened) != 1)
		return problem_set(why, "%s: the process that did it has ended", e->what);
	if (m.bad) {
		*why = m.why;
		return -1;
	}
	if (e->opens)
		memcpy(m.answer, &opened, sizeof(opened));
	memcpy(e->answer, m.answer, e->size);
	return 0;
}

/**
 * errand_run - have something done that may hang
 * @e: what
 * @lost: for whom it is done: the process that hangs with it, 0 for none.  While there is
 *	one, nothing else is done for them
 * @why: what went wrong
 *
 * Return: 0 or -1.
 */
int errand_run(const struct errand *e, pid_t *lost, struct problem *why)
{
	u64 deadline_ns = task_now_ns() + TIMEOUT_MS * NSEC_PER_MSEC;
	int fd = -1, ret = -1;
	pid_t pid;

	if (errand_is_lost(lost)) {
		problem_set(why, "%s: an earlier attempt still hangs in the kernel", e->what);
		why->again = true;
		return -1;
	}
	pid = errand_fork(&fd, why);
	if (!pid)
		work(e, fd);
	if (pid < 0)
		return -1;
	if (task_wait(fd, deadline_ns)) {
		ret = receive(e, fd, why);
	} else {
		problem_set(why,
			    "%s: takes more than %d ms; is it on a file system that hangs?",
			    e->what, TIMEOUT_MS);
		why->again = true;
		*lost = pid;
	}
	close(fd);
	errand_lose(pid);
	return ret;
}
