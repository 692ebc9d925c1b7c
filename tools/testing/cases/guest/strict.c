// SPDX-License-Identifier: GPL-2.0
/*
 * Does a program live through the host's events, whose filter kills it if it asks the
 * kernel for the time, and that sleeps when they come?
 *
 *	strict EVENT SECONDS TIMES	asks the host by lines "ask: EVENT SECONDS", sleeps,
 *					and reads the clocks
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "forbid.h"

/* For the host to do as it was asked, and for a guest that is told to follow */
#define SLEEP_SEC	2
/* For a machine that is busy; each event may take as many */
#define SLEEPS		5

/* Written by the program that may be killed */
struct record {
	uint64_t reads;
	uint64_t events;
};

/* REALTIME - MONOTONIC, which the events change */
static int64_t wall_offset_ns(struct record *record)
{
	int64_t mono = read_vdso(CLOCK_MONOTONIC), real = read_vdso(CLOCK_REALTIME);

	record->reads += 2;
	return real - mono;
}

static bool reads_without_a_call(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid) {
		forbid_time_syscalls();
		read_vdso(CLOCK_MONOTONIC);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return WIFEXITED(status);
}

/* An unpatched kernel's vDSO does once the host has opened the line page. */
static void await_vdso(void)
{
	const struct timespec pause = { .tv_nsec = 100000000 };

	for (int i = 0; i < 200 && !reads_without_a_call(); i++)
		nanosleep(&pause, NULL);
}

static void live(struct record *record, const char *event, uint64_t seconds, uint64_t times)
{
	const struct timespec sleep = { .tv_sec = SLEEP_SEC };
	const int64_t least_ns = seconds * 1000000000 / 2;
	int64_t offset_ns;

	forbid_time_syscalls();
	offset_ns = wall_offset_ns(record);
	while (record->events < times) {
		int64_t now_ns = offset_ns;

		printf("ask: %s %llu\n", event, (unsigned long long)seconds);
		fflush(stdout);
		for (int i = 0; i < SLEEPS && now_ns - offset_ns < least_ns; i++) {
			nanosleep(&sleep, NULL);
			now_ns = wall_offset_ns(record);
		}
		if (now_ns - offset_ns < least_ns)
			_exit(1);
		offset_ns = now_ns;
		record->events++;
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	struct record *record;
	char name[80];
	uint64_t times;
	int status;
	pid_t pid;

	if (argc != 4) {
		fprintf(stderr, "usage: strict EVENT SECONDS TIMES\n");
		return 2;
	}
	times = number_arg(argv[3], "TIMES");
	record = mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (record == MAP_FAILED)
		die("mmap");
	await_vdso();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		live(record, argv[1], number_arg(argv[2], "SECONDS"), times);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	snprintf(name, sizeof(name), "lives through each %s", argv[1]);
	check(WIFEXITED(status), name, "killed by signal %d after %llu of %llu",
	      WTERMSIG(status), (unsigned long long)record->events, (unsigned long long)times);
	snprintf(name, sizeof(name), "meets each %s", argv[1]);
	check(record->events == times || WIFSIGNALED(status), name, "only %llu of %llu",
	      (unsigned long long)record->events, (unsigned long long)times);
	note("%llu reads", (unsigned long long)record->reads);
	return check_status();
}
