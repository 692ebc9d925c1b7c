// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of the test guest: sets the machine up, runs one command, tells the
 * host how it ended, and powers the machine off.
 *
 * What to do stands in files that tools/guest-run appends to the initramfs:
 *	RUN_DIR/argv	the command and its arguments, each ending in NUL
 *	RUN_DIR/env	NAME=VALUE, each ending in NUL
 *	RUN_DIR/expect	which clocksource or PTP clock to wait for (optional)
 *	RUN_DIR/stdin	the command's standard input (optional)
 *	RUN_DIR/tty	if it exists, the command gets a terminal (optional)
 *	MODULES		modules to load first, one path per line (optional)
 *
 * Lines to the host on the status port:
 *	ready		set up; the command starts once the host answers "go"
 *	exit N		the command exited with N
 *	signal N	the command was killed by signal N
 *	error TEXT	the command could not be run
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"

#define WAIT_HOST_MS	60000
#define COPY_BYTES	65536

static int status_fd = -1;

/* Where the command's output goes: read from the pipe, written to the port. */
struct stream {
	int pipe[2];
	int port;
};

static void __attribute__((noreturn)) power_off(void)
{
	sync();
	if (status_fd >= 0)
		tcdrain(status_fd);
	/* guest-run passes -no-reboot: works with and without ACPI */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void __attribute__((format(printf, 1, 2))) tell_host(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(status_fd, fmt, ap);
	va_end(ap);
}

void fatal(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	dprintf(STDERR_FILENO, "init: %s\n", text);
	if (status_fd >= 0)
		tell_host("error %s\n", text);
	power_off();
}

static void open_streams(struct stream *out, struct stream *err)
{
	status_fd = port_open(PORT_STATUS);
	out->port = port_open(PORT_STDOUT);
	err->port = port_open(PORT_STDERR);
	if (pipe2(out->pipe, O_CLOEXEC) || pipe2(err->pipe, O_CLOEXEC))
		fatal("pipe: %m");
}

/* The host has done what it wants done before the command starts. */
static void wait_for_host(void)
{
	struct pollfd pfd = { .fd = status_fd, .events = POLLIN };
	char answer[8];

	tell_host("ready\n");
	if (poll(&pfd, 1, WAIT_HOST_MS) != 1 ||
	    read(status_fd, answer, sizeof(answer)) <= 0)
		fatal("no answer from the host in %d s", WAIT_HOST_MS / 1000);
}

static void __attribute__((noreturn)) exec_command(char **argv, char **envp)
{
	signal(SIGPIPE, SIG_DFL);
	for (; *envp; envp++)
		putenv(*envp);
	execvp(argv[0], argv);
	/* as a shell reports it */
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static pid_t start_command(const struct stream *out, const struct stream *err)
{
	char **argv = read_strings(RUN_DIR "/argv");
	char **envp = read_strings(RUN_DIR "/env");
	pid_t pid;
	int in;

	if (!argv || !argv[0] || !envp)
		fatal("no command in " RUN_DIR);
	pid = fork();
	if (pid < 0)
		fatal("fork: %m");
	if (pid)
		return pid;

	setsid();
	if (!access(RUN_DIR "/tty", F_OK)) {
		terminal_open();
	} else {
		in = open(RUN_DIR "/stdin", O_RDONLY);
		if (in < 0)
			in = open("/dev/null", O_RDONLY);
		dup2(in, STDIN_FILENO);
		dup2(out->pipe[1], STDOUT_FILENO);
		dup2(err->pipe[1], STDERR_FILENO);
		if (in > STDERR_FILENO)
			close(in);
	}
	exec_command(argv, envp);
}

/* Return: whether there may be more. */
static bool copy_some(struct stream *s)
{
	static char buf[COPY_BYTES];
	ssize_t n, done, w;

	n = read(s->pipe[0], buf, sizeof(buf));
	if (n <= 0)
		return n < 0 && errno == EINTR;
	for (done = 0; done < n; done += w) {
		w = write(s->port, buf + done, n - done);
		if (w < 0 && errno == EINTR)
			w = 0;
		else if (w < 0)
			return false;
	}
	return true;
}

static void child_died(int sig)
{
	(void)sig;
}

/*
 * Whoever else is left is killed once the command has ended, so that the
 * pipes' ends are reached. Return: the command's wait status.
 */
static int reap(pid_t command, bool *ended)
{
	int wstatus, result = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &wstatus, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		*ended = true;
		result = wstatus;
		kill(-1, SIGKILL);
	}
	return result;
}

/* Copies until the command has ended and nobody can write any more. */
static int run_until_end(pid_t command, struct stream *out, struct stream *err)
{
	struct pollfd pfd[] = {
		{ .fd = out->pipe[0], .events = POLLIN },
		{ .fd = err->pipe[0], .events = POLLIN },
	};
	const struct timespec patience = { .tv_sec = 5 };
	sigset_t chld, none;
	bool ended = false;
	int result = 0;

	sigemptyset(&none);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signal(SIGCHLD, child_died);
	close(out->pipe[1]);
	close(err->pipe[1]);

	for (;;) {
		if (!ended)
			result = reap(command, &ended);
		if (ended && pfd[0].fd < 0 && pfd[1].fd < 0)
			break;
		if (!ppoll(pfd, 2, ended ? &patience : NULL, &none))
			break;
		if (pfd[0].fd >= 0 && pfd[0].revents && !copy_some(out))
			pfd[0].fd = -1;
		if (pfd[1].fd >= 0 && pfd[1].revents && !copy_some(err))
			pfd[1].fd = -1;
	}
	return result;
}

int main(void)
{
	struct stream out, err;
	int result;

	signal(SIGPIPE, SIG_IGN);
	setup_mounts();
	setup_network();
	setup_modules();
	open_streams(&out, &err);
	setup_clock();
	setup_ptp_link();
	wait_for_host();
	result = run_until_end(start_command(&out, &err), &out, &err);
	tcdrain(out.port);
	tcdrain(err.port);
	if (WIFSIGNALED(result))
		tell_host("signal %d\n", WTERMSIG(result));
	else
		tell_host("exit %d\n", WEXITSTATUS(result));
	power_off();
}
