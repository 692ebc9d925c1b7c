// SPDX-License-Identifier: GPL-2.0
/*
 * usage: calls PID SECONDS: count the system calls of a process for so long.  Prints how many
 * there were, and how many of them waited for an event.  Both are the same on any machine.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void end(int signal)
{
	(void)signal;
	over = 1;
}

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static int is_wait(pid_t pid)
{
	struct user_regs_struct regs;

	return !ptrace(PTRACE_GETREGS, pid, 0, &regs) &&
	       (regs.orig_rax == SYS_epoll_pwait2 || regs.orig_rax == SYS_epoll_pwait ||
		regs.orig_rax == SYS_epoll_wait);
}

/* Until time is over; then it is stopped once more, to be let go. */
static void count(pid_t pid, unsigned long *calls, unsigned long *waits)
{
	int status, inside = 0, signal = 0;

	while (!over) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, signal))
			return;
		if (waitpid(pid, &status, __WALL) < 0)
			continue;
		signal = 0;
		if (!WIFSTOPPED(status))
			exit(fail("it has ended"));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			if (!(status >> 16))
				signal = WSTOPSIG(status);
			continue;
		}
		inside = !inside;
		*calls += inside;
		*waits += inside && is_wait(pid);
	}
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, &status, __WALL);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };
	unsigned long calls = 0, waits = 0;
	pid_t pid;
	int status;

	if (argc != 3) {
		fputs("usage: calls PID SECONDS\n", stderr);
		return 2;
	}
	pid = atoi(argv[1]);
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD) ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) || waitpid(pid, &status, __WALL) != pid)
		return fail("cannot trace it");
	sigaction(SIGALRM, &action, NULL);
	alarm(atoi(argv[2]));
	count(pid, &calls, &waits);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	printf("%lu %lu\n", calls, waits);
	return !waits;
}
