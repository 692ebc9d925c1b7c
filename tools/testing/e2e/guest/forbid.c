// SPDX-License-Identifier: GPL-2.0
/* The seccomp filter that forbids to ask the kernel for the time. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "check.h"
#include "forbid.h"

#ifdef __x86_64__
#define NATIVE_ARCH	AUDIT_ARCH_X86_64
#else
#define NATIVE_ARCH	AUDIT_ARCH_I386
#endif

static const struct sock_filter load_arch =
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
static const struct sock_filter load_nr =
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
static const struct sock_filter kill_process =
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
static const struct sock_filter allow =
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

static const unsigned int forbidden[] = {
	__NR_clock_gettime,
	__NR_gettimeofday,
	__NR_time,
#ifdef __NR_clock_gettime64
	__NR_clock_gettime64,
#endif
};

/* Skips the next instruction if what was loaded is, or is not, the value. */
static struct sock_filter skip_if(unsigned int value, bool equal)
{
	return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value,
					    equal, !equal);
}

void forbid_time_syscalls(void)
{
	struct sock_filter filter[5 + 2 * ARRAY_SIZE(forbidden)];
	struct sock_fprog prog = { .filter = filter };

	filter[prog.len++] = load_arch;
	filter[prog.len++] = skip_if(NATIVE_ARCH, true);
	filter[prog.len++] = kill_process;
	filter[prog.len++] = load_nr;
	for (size_t i = 0; i < ARRAY_SIZE(forbidden); i++) {
		filter[prog.len++] = skip_if(forbidden[i], false);
		filter[prog.len++] = kill_process;
	}
	filter[prog.len++] = allow;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		die("cannot install the seccomp filter");
}
