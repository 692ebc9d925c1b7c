// SPDX-License-Identifier: GPL-2.0
/*
 * A time namespace with offsets, on top of the clocks: MONOTONIC, BOOTTIME and
 * MONOTONIC_RAW shifted by exactly the offsets (RAW by MONOTONIC's), REALTIME
 * and TAI not at all, and all read in user space.  Parent and child, outside
 * and inside the namespace, take turns: every reading of the child's lies
 * between two of the parent's.
 *
 *	timens [COUNT]		samples per clock, 4000 if not given
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "forbid.h"

#define MONO_OFFSET_S	86400
#define BOOT_OFFSET_S	172800

enum { TURN_PARENT, TURN_CHILD };

struct shared {
	uint32_t turn;
	clockid_t id;
	bool use_syscall;
	bool done;
	int64_t value;
};

static struct shared *shared;

static int64_t offset_ns(clockid_t id)
{
	switch (id) {
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
		return MONO_OFFSET_S * 1000000000LL;
	case CLOCK_BOOTTIME:
		return BOOT_OFFSET_S * 1000000000LL;
	default:
		return 0;
	}
}

static bool is_turn(uint32_t turn)
{
	return __atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE) == turn;
}

static void pass(uint32_t turn)
{
	__atomic_store_n(&shared->turn, turn, __ATOMIC_RELEASE);
}

/* Inside: reads what it is asked for; the vDSO readings under the filter. */
static void child(void)
{
	bool filtered = false;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		while (!is_turn(TURN_CHILD))
			sched_yield();
		if (shared->done)
			exit(0);
		if (!shared->use_syscall && !filtered) {
			forbid_time_syscalls();
			filtered = true;
		}
		shared->value = shared->use_syscall ? read_syscall(shared->id) :
						      read_vdso(shared->id);
		pass(TURN_PARENT);
	}
}

/* A reading from inside, or the test ends here: the filter killed the child. */
static int64_t ask_child(pid_t pid)
{
	int status;

	pass(TURN_CHILD);
	while (!is_turn(TURN_PARENT)) {
		sched_yield();
		if (waitpid(pid, &status, WNOHANG) != pid)
			continue;
		check(false, "time namespace: the child survives its filter",
		      "wait status %#x", status);
		exit(1);
	}
	return shared->value;
}

static void judge(pid_t pid, const struct clock_name *clock, bool use_syscall,
		  uint64_t count)
{
	int64_t low = INT64_MIN, high = INT64_MAX;
	int64_t offset = offset_ns(clock->id);
	char label[80];

	shared->id = clock->id;
	shared->use_syscall = use_syscall;
	for (uint64_t i = 0; i < count; i++) {
		int64_t before = read_vdso(clock->id);
		int64_t inside = ask_child(pid);
		int64_t after = read_vdso(clock->id);

		if (inside - after > low)
			low = inside - after;
		if (inside - before < high)
			high = inside - before;
	}
	snprintf(label, sizeof(label), "time namespace: %s %s, by %s",
		 clock->name, offset ? "shifted" : "not shifted",
		 use_syscall ? "syscall" : "vDSO without syscalls");
	check(low <= offset && offset <= high, label,
	      "shifted by >= %lld and <= %lld ns, not %lld", (long long)low,
	      (long long)high, (long long)offset);
	note("%s shifted within [%lld, %lld] ns", clock->name, (long long)low,
	     (long long)high);
}

static void enter_namespace(void)
{
	char text[80];
	int fd;

	if (unshare(CLONE_NEWTIME))
		die("unshare(CLONE_NEWTIME)");
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		die("/proc/self/timens_offsets");
	snprintf(text, sizeof(text), "monotonic %d 0\nboottime %d 0\n",
		 MONO_OFFSET_S, BOOT_OFFSET_S);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("cannot set the namespace's offsets");
	close(fd);
}

static pid_t start_child(void)
{
	pid_t pid;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		child();
	return pid;
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? number_arg(argv[1], "COUNT") : 4000;
	int status;
	pid_t pid;

	/* both on one CPU: the turn changes hands by sched_yield() */
	pin_to(0);
	enter_namespace();
	pid = start_child();
	for (const struct clock_name *c = clock_names; c->name; c++)
		judge(pid, c, true, count / 4);
	for (const struct clock_name *c = clock_names; c->name; c++)
		judge(pid, c, false, count);
	shared->done = true;
	pass(TURN_CHILD);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	check(WIFEXITED(status) && !WEXITSTATUS(status),
	      "time namespace: the child survives its filter",
	      "wait status %#x", status);
	return check_status();
}
