// SPDX-License-Identifier: GPL-2.0
/*
 * The page is write-protected. A store into it faults, is counted, and is let
 * through alone: the next instruction traps, and the page is protected again.
 */
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "storefault.h"

/* EFLAGS.TF: trap after one instruction */
#define TRAP_FLAG	0x100

static struct {
	void *page;
	unsigned long left;
} armed;

static int protect(bool on)
{
	return mprotect(armed.page, HOSTCLOCK_PAGE_SIZE,
			on ? PROT_READ : PROT_READ | PROT_WRITE);
}

static void on_store(int signal_number, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	u64 at = (u64)info->si_addr - (u64)armed.page;

	/* Another fault than ours kills, once it is repeated. */
	if (at >= HOSTCLOCK_PAGE_SIZE) {
		signal(signal_number, SIG_DFL);
		return;
	}
	if (!--armed.left)
		raise(SIGKILL);
	protect(false);
	uc->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void on_trap(int signal_number, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signal_number;
	(void)info;
	uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	protect(true);
}

/**
 * storefault_die - die by SIGKILL just before a store into a page
 * @page: the page, mapped
 * @store: which, counted from now; 1 is the next
 * @why: what went wrong
 *
 * A store is an instruction that writes, of whatever size.
 *
 * Return: 0 or -1.
 */
int storefault_die(void *page, unsigned long store, struct problem *why)
{
	struct sigaction fault = { .sa_sigaction = on_store,
				   .sa_flags = SA_SIGINFO };
	struct sigaction trap = { .sa_sigaction = on_trap,
				  .sa_flags = SA_SIGINFO };

	armed.page = page;
	armed.left = store;
	if (sigaction(SIGSEGV, &fault, NULL) || sigaction(SIGTRAP, &trap, NULL) ||
	    protect(true))
		return problem_errno(why, "cannot watch the page");
	return 0;
}
