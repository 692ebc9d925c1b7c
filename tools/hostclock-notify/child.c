// SPDX-License-Identifier: GPL-2.0
/* Child processes with a time limit. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify.h"

/* From SIGTERM to SIGKILL */
#define GRACE_NS	(1 * NSEC_PER_SEC)

static int spawn(pid_t *pid, char *const argv[], char *const envp[],
		 const posix_spawn_file_actions_t *files)
{
	posix_spawnattr_t attr;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	/* its own group, to be ended with all that it started */
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	error = posix_spawnp(pid, argv[0], files, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	return error;
}

int child_start(struct child *c, const char *what, char *const argv[], int in,
		int out)
{
	posix_spawn_file_actions_t files;
	int error;

	posix_spawn_file_actions_init(&files);
	if (in < 0)
		posix_spawn_file_actions_addopen(&files, 0, "/dev/null",
						 O_RDONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&files, in, 0);
	if (out >= 0) {
		posix_spawn_file_actions_adddup2(&files, out, 1);
		posix_spawn_file_actions_adddup2(&files, out, 2);
	}
	error = spawn(&c->pid, argv, environ, &files);
	posix_spawn_file_actions_destroy(&files);
	if (error) {
		c->pid = 0;
		errno = error;
		return -1;
	}
	c->what = what;
	c->terminated = false;
	c->deadline_ns = NEVER_NS;
	return 0;
}

void child_explain(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "ended by signal %d", WTERMSIG(status));
	else
		snprintf(text, size, "exit status %d", WEXITSTATUS(status));
}

bool child_ended(struct child *c, int *status)
{
	if (!c->pid || waitpid(c->pid, status, WNOHANG) != c->pid)
		return false;
	/* what it may have left behind */
	if (c->terminated)
		kill(-c->pid, SIGKILL);
	c->pid = 0;
	return true;
}

void child_check(struct child *c)
{
	int64_t now = now_ns();

	if (!c->pid || now < c->deadline_ns)
		return;
	if (c->terminated) {
		kill(-c->pid, SIGKILL);
		c->deadline_ns = NEVER_NS;
		return;
	}
	say("%s takes too long, ending it", c->what);
	kill(-c->pid, SIGTERM);
	c->terminated = true;
	c->deadline_ns = now + GRACE_NS;
}

void child_kill(struct child *c)
{
	if (!c->pid)
		return;
	kill(-c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	c->pid = 0;
}
