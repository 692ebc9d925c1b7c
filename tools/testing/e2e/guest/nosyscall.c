// SPDX-License-Identifier: GPL-2.0
/*
 * Reads every clock under a seccomp filter that kills the process at the
 * first system call which tells time: what survives was read in user space.
 *
 *	nosyscall [COUNT]	reads per clock, 1000000 if not given
 */
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "forbid.h"

#ifdef __x86_64__
#define BITS	"64-bit"
#else
#define BITS	"32-bit"
#endif

/* Does the filter kill a child that makes this call?  It must. */
static void expect_death(long nr, const char *name)
{
	char label[80];
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		struct timespec ts[2];

		syscall(nr, 0, &ts);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	snprintf(label, sizeof(label), "%s: the filter kills %s", BITS, name);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, label,
	      "wait status %#x", status);
}

static void prove_filter(void)
{
	expect_death(__NR_clock_gettime, "clock_gettime");
	expect_death(__NR_gettimeofday, "gettimeofday");
	expect_death(__NR_time, "time");
#ifdef __NR_clock_gettime64
	expect_death(__NR_clock_gettime64, "clock_gettime64");
#endif
}

static void read_clock(const struct clock_name *clock, uint64_t count)
{
	int64_t first = 0, last = 0;
	uint64_t back = 0;
	struct timespec ts;
	char label[80];

	for (uint64_t i = 0; i < count; i++) {
		int64_t now;

		if (clock_gettime(clock->id, &ts))
			die("clock_gettime(%s)", clock->name);
		now = timespec_ns(&ts);
		if (!i)
			first = now;
		else if (now < last)
			back++;
		last = now;
	}
	snprintf(label, sizeof(label), "%s: %s read without a system call",
		 BITS, clock->name);
	check(!back && last > first, label, "%llu of %llu reads went back, %lld ns in all",
	      (unsigned long long)back, (unsigned long long)count,
	      (long long)(last - first));
}

static void read_old_calls(uint64_t count)
{
	uint64_t wrong = 0;
	struct timeval tv;
	char label[80];

	for (uint64_t i = 0; i < count; i++) {
		time_t before = time(NULL);

		if (gettimeofday(&tv, NULL) || tv.tv_sec < before)
			wrong++;
	}
	snprintf(label, sizeof(label),
		 "%s: time, gettimeofday read without a system call", BITS);
	check(!wrong, label, "%llu wrong", (unsigned long long)wrong);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? number_arg(argv[1], "COUNT") : 1000000;

	forbid_time_syscalls();
	prove_filter();
	for (const struct clock_name *c = clock_names; c->name; c++)
		read_clock(c, count);
	read_old_calls(count / 10);
	note("%llu reads of each clock", (unsigned long long)count);
	return check_status();
}
