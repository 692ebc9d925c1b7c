// SPDX-License-Identifier: GPL-2.0
/*
 * How often does a program ask the kernel for the time, whose filter must allow that?
 *
 *	sandbox SECONDS CALLS	reads two clocks for so long, under a seccomp filter that
 *				has each clock_gettime() counted: at most CALLS for each
 *				of the host's events, 0: any number
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"

/* The sixth argument of a call that is let through */
#define LET_THROUGH	0x68636c6b

static volatile sig_atomic_t calls;

static void count_call(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	int saved = errno;

	(void)sig;
	(void)info;
	calls++;
	regs[REG_RAX] = syscall(SYS_clock_gettime, regs[REG_RDI], regs[REG_RSI], 0, 0, 0,
				LET_THROUGH) ? -errno : 0;
	errno = saved;
}

static void install_filter(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LET_THROUGH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { ARRAY_SIZE(filter), filter };
	struct sigaction action = {
		.sa_sigaction = count_call,
		.sa_flags = SA_SIGINFO,
	};

	if (sigaction(SIGSYS, &action, NULL))
		die("sigaction");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		die("cannot install the seccomp filter");
}

static uint64_t read_events(void)
{
	FILE *f = fopen("/sys/class/misc/hostclock0/resyncs", "r");
	unsigned long long events;

	if (!f || fscanf(f, "%llu", &events) != 1)
		die("resyncs");
	fclose(f);
	return events;
}

int main(int argc, char **argv)
{
	uint64_t seconds = argc > 1 ? number_arg(argv[1], "SECONDS") : 5;
	uint64_t most = argc > 2 ? number_arg(argv[2], "CALLS") : 0;
	uint64_t events = read_events(), reads = 0;
	uint64_t failed = 0;
	struct timespec now, real, end;

	install_filter();
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		failed += !!clock_gettime(CLOCK_MONOTONIC, &now);
		failed += !!clock_gettime(CLOCK_REALTIME, &real);
		reads += 2;
	} while (timespec_ns(&now) < timespec_ns(&end));
	events = read_events() - events;
	note("%llu reads, %d calls in %llu events", (unsigned long long)reads, (int)calls,
	     (unsigned long long)events);
	check(!failed, "no reading fails", "%llu do", (unsigned long long)failed);
	check(events > 0, "there are events", "none");
	check(!most || (uint64_t)calls <= most * events, "few readings are calls",
	      "%d in %llu events", (int)calls, (unsigned long long)events);
	return check_status();
}
