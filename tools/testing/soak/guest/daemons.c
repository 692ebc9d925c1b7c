// SPDX-License-Identifier: GPL-2.0
/*
 * A chronyd that only watches, and hostclock-notify, which has it start over
 * after whatever happens to the clock.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "soakwatch.h"

static const char *const chronyd[] = {
	"chronyd", "-x", "-d", "-f", "/etc/chrony.conf", NULL
};

static const char *const notify[] = { "hostclock-notify", "--foreground", NULL };

static pid_t chronyd_pid;
static int notify_log = -1;
static unsigned long resets;

/* Return: its process ID.  log: where what it says goes. */
static pid_t start(const char *const *words, int log)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	dup2(log, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execvp(words[0], (char *const *)words);
	_exit(127);
}

static void start_chronyd(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	chronyd_pid = start(chronyd, null);
	close(null);
}

void daemons_start(void)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		die("pipe");
	start_chronyd();
	start(notify, pipes[1]);
	close(pipes[1]);
	notify_log = pipes[0];
	fcntl(notify_log, F_SETFL, O_NONBLOCK);
}

void daemons_clock_goes(void)
{
	kill(chronyd_pid, SIGTERM);
	waitpid(chronyd_pid, NULL, 0);
}

void daemons_clock_comes(void)
{
	start_chronyd();
}

/* Lines may come in pieces; what is looked for is one write of the notifier's. */
unsigned long daemons_resets(void)
{
	char text[4096];
	const char *at;
	ssize_t n;

	while ((n = read(notify_log, text, sizeof(text) - 1)) > 0) {
		text[n] = '\0';
		for (at = text; (at = strstr(at, "sources reset")); at++)
			resets++;
	}
	return resets;
}
