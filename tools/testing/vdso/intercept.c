// SPDX-License-Identifier: GPL-2.0
/* Stands in for the counter and the kernel; see intercept.h. */
#include <err.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "intercept.h"

#ifdef __x86_64__
#define IP	REG_RIP
#define AX	REG_RAX
#define CX	REG_RCX
#define DX	REG_RDX
#else
#define IP	REG_EIP
#define AX	REG_EAX
#define CX	REG_ECX
#define DX	REG_EDX
#endif

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static __thread uint64_t (*tsc_hook)(void *data);
static __thread void *tsc_data;

/* Length of the counter instruction at IP, or 0 if it is another one. */
static int tsc_instruction(const uint8_t *ip, bool *rdtscp)
{
	*rdtscp = false;
	if (ip[0] != 0x0f)
		return 0;
	if (ip[1] == 0x31)
		return 2;
	*rdtscp = ip[1] == 0x01 && ip[2] == 0xf9;
	return *rdtscp ? 3 : 0;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	bool rdtscp;
	uint64_t tsc;
	int len = 0;

	/* Of a refused RDTSC the address of the instruction is all there is. */
	if (sig == SIGSEGV && info->si_code == SI_KERNEL && tsc_hook)
		len = tsc_instruction((const uint8_t *)regs[IP], &rdtscp);
	if (!len) {
		printf("not ok - no fault: signal %d at %#llx, address %p\n",
		       sig, (unsigned long long)regs[IP], info->si_addr);
		fflush(stdout);
		_exit(1);
	}
	tsc = tsc_hook(tsc_data);
	regs[AX] = (uint32_t)tsc;
	regs[DX] = (uint32_t)(tsc >> 32);
	if (rdtscp)
		regs[CX] = 0;
	regs[IP] += len;
}

static void on_syscall(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	regs[AX] = INTERCEPT_SYSCALL;
}

static void handle(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	if (sigaction(sig, &sa, NULL))
		err(1, "sigaction");
}

/* Traps what is called from [start, end), which must share the high word. */
static void trap_syscalls(uint64_t start, uint64_t end)
{
	const size_t low = offsetof(struct seccomp_data, instruction_pointer);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, start >> 32, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)start, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)end, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { ARRAY_SIZE(code), code };

	if (start >> 32 != end >> 32)
		errx(1, "the image lies across a multiple of 4 GiB; run again");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_TSYNC, &prog))
		err(1, "seccomp");
}

void intercept_init(const struct vdso_image *img)
{
	uintptr_t start = (uintptr_t)img->text;

	handle(SIGSEGV, on_fault);
	handle(SIGBUS, on_fault);
	handle(SIGILL, on_fault);
	handle(SIGFPE, on_fault);
	handle(SIGSYS, on_syscall);
	trap_syscalls(start, start + img->text_len);
}

void intercept_tsc(uint64_t (*hook)(void *data), void *data)
{
	tsc_hook = hook;
	tsc_data = data;
	if (prctl(PR_SET_TSC, hook ? PR_TSC_SIGSEGV : PR_TSC_ENABLE, 0, 0, 0))
		err(1, "prctl(PR_SET_TSC)");
}

static uint64_t constant(void *data)
{
	return *(const uint64_t *)data;
}

void intercept_tsc_value(const uint64_t *value)
{
	intercept_tsc(value ? constant : NULL, (void *)value);
}
