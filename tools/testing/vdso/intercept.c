// SPDX-License-Identifier: GPL-2.0
/* Stands in for the counter and the kernel; see intercept.h. */
#include <err.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

static const uint8_t ud2[] = { 0x0f, 0x0b };

static const struct vdso_image *image;
static uint8_t original[VDSO_MAX_COUNTERS][sizeof(ud2)];
static uint64_t (*tsc_hook)(void *data);
static void *tsc_data;

static const struct vdso_counter *counter_at(uintptr_t ip)
{
	for (size_t i = 0; i < image->counter_count; i++)
		if ((uintptr_t)image->counter[i].ip == ip)
			return &image->counter[i];
	return NULL;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	const struct vdso_counter *counter = NULL;
	uint64_t tsc;

	if (sig == SIGILL && tsc_hook)
		counter = counter_at(regs[IP]);
	if (!counter) {
		printf("not ok - no fault: signal %d at %#llx, address %p\n",
		       sig, (unsigned long long)regs[IP], info->si_addr);
		fflush(stdout);
		_exit(1);
	}
	tsc = tsc_hook(tsc_data);
	regs[AX] = (uint32_t)tsc;
	regs[DX] = (uint32_t)(tsc >> 32);
	if (counter->len == 3)	/* RDTSCP */
		regs[CX] = 0;
	regs[IP] += counter->len;
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

	image = img;
	for (size_t i = 0; i < img->counter_count; i++)
		memcpy(original[i], img->counter[i].ip, sizeof(ud2));
	handle(SIGSEGV, on_fault);
	handle(SIGBUS, on_fault);
	handle(SIGILL, on_fault);
	handle(SIGFPE, on_fault);
	handle(SIGSYS, on_syscall);
	trap_syscalls(start, start + img->text_len);
}

/* Has every reading of the counter trap, or puts them back. */
static void trap_counter(bool trap)
{
	if (mprotect(image->text, image->text_len, PROT_READ | PROT_WRITE))
		err(1, "making the image writable");
	for (size_t i = 0; i < image->counter_count; i++)
		memcpy(image->counter[i].ip, trap ? ud2 : original[i], sizeof(ud2));
	if (mprotect(image->text, image->text_len, PROT_READ | PROT_EXEC))
		err(1, "making the image executable");
}

void intercept_tsc(uint64_t (*hook)(void *data), void *data)
{
	if (!hook != !tsc_hook)
		trap_counter(!!hook);
	tsc_hook = hook;
	tsc_data = data;
}

static uint64_t constant(void *data)
{
	return *(const uint64_t *)data;
}

void intercept_tsc_value(const uint64_t *value)
{
	intercept_tsc(value ? constant : NULL, (void *)value);
}
