// SPDX-License-Identifier: GPL-2.0
/* What the clock process may not do, tried by one that has given up the same. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proc/confine.h"

static int opens(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static int kills(void)
{
	return kill(getppid(), 0);
}

static int maps_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	       MAP_FAILED ? -1 : 0;
}

static int connects(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int executes(void)
{
	return execl("/bin/true", "true", NULL);
}

static int forks(void)
{
	return fork();
}

static int reads_clocks(void)
{
	struct timex tx = { .modes = 0 };
	struct timespec ts, pause = { .tv_nsec = 1000 };

	return clock_gettime(CLOCK_BOOTTIME, &ts) || nanosleep(&pause, NULL) ||
	       adjtimex(&tx) < 0 ? -1 : 0;
}

static const struct {
	const char *what;
	int (*run)(void);
	int status;
	int signal;
} tries[] = {
	{ "opens no file", opens, EPERM, 0 },
	{ "sends no signal", kills, EPERM, 0 },
	{ "maps no code", maps_code, EPERM, 0 },
	{ "dies if it makes a socket", connects, 0, SIGSYS },
	{ "dies if it executes something", executes, 0, SIGSYS },
	{ "dies if it forks", forks, 0, SIGSYS },
	{ "reads clocks and sleeps", reads_clocks, 0, 0 },
};

static int confined(int (*run)(void))
{
	struct problem why;

	if (confine_calls(&why)) {
		fprintf(stderr, "%s\n", why.text);
		_exit(255);
	}
	errno = 0;
	_exit(run() < 0 ? errno : 0);
}

int main(void)
{
	int status, signal;
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		fflush(stdout);
		if (!fork())
			confined(tries[i].run);
		wait(&status);
		signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		if (signal == tries[i].signal &&
		    (signal || WEXITSTATUS(status) == tries[i].status))
			printf("ok - the clock process %s\n", tries[i].what);
		else
			printf("not ok - the clock process %s: status %#x\n", tries[i].what,
			       status);
	}
	return EXIT_SUCCESS;
}
