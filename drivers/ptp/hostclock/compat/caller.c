// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who reads the clocksource: do_settimeofday64(), whose reading may be chosen, or a tracer
 * or probe at a function that it calls.  Those take their time stamps from the same
 * clocksource, with interrupts off, in the same task.  And is it a program that asks for the
 * time?
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/timekeeping.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "caller.h"
#include "symbols.h"

/* Of 32-bit programs: arch/x86/entry/syscalls/syscall_32.tbl */
enum {
	HOSTCLOCK_NR32_GETTIMEOFDAY	= 78,
	HOSTCLOCK_NR32_CLOCK_GETTIME	= 265,
	HOSTCLOCK_NR32_CLOCK_GETTIME64	= 403,
};

struct hostclock_function {
	unsigned long start;
	unsigned long size;
};

/* do_settimeofday64() itself, and what reads for it if that was not inlined */
static struct hostclock_function hostclock_setters[2];
/* If that is not known: who else may read within the timekeeper's write section */
static struct hostclock_function hostclock_others[3];
static bool hostclock_setters_known;

/* What compilers make of its name */
static const char * const hostclock_reader_names[] = {
	"timekeeping_forward_now",
	"timekeeping_forward_now.constprop.0",
	"timekeeping_forward_now.isra.0",
};

static bool hostclock_function_find(struct hostclock_function *f, const void *function)
{
	f->start = (unsigned long)function;
	f->size = function ? hostclock_symbol_size(function) : 0;
	return f->size;
}

static bool notrace hostclock_function_has(const struct hostclock_function *f,
					   unsigned long at)
{
	return at - f->start < f->size;
}

/**
 * hostclock_caller_start - find the functions
 *
 * Context: may sleep.
 */
void hostclock_caller_start(void)
{
	int i;

	hostclock_function_find(&hostclock_others[0], ktime_get_mono_fast_ns);
	hostclock_function_find(&hostclock_others[1], ktime_get_raw_fast_ns);
	hostclock_function_find(&hostclock_others[2], ktime_get_boot_fast_ns);
	hostclock_function_find(&hostclock_setters[0], do_settimeofday64);
	hostclock_setters_known = false;
	for (i = 0; i < ARRAY_SIZE(hostclock_reader_names) && !hostclock_setters_known; i++)
		hostclock_setters_known =
			hostclock_function_find(&hostclock_setters[1],
						hostclock_symbol(hostclock_reader_names[i]));
}

/**
 * hostclock_caller_sets - is it do_settimeofday64() that reads the clocksource?
 * @caller: the address to which the clocksource's read() returns
 *
 * Context: any, NMI included.
 */
bool notrace hostclock_caller_sets(unsigned long caller)
{
	int i;

	for (i = 0; hostclock_setters_known && i < ARRAY_SIZE(hostclock_setters); i++)
		if (hostclock_function_has(&hostclock_setters[i], caller))
			return true;
	if (hostclock_setters_known)
		return false;
	for (i = 0; i < ARRAY_SIZE(hostclock_others); i++)
		if (hostclock_function_has(&hostclock_others[i], caller))
			return false;
	return true;
}

static bool notrace hostclock_asks_for_time(int nr)
{
	if (in_ia32_syscall())
		return nr == HOSTCLOCK_NR32_GETTIMEOFDAY ||
		       nr == HOSTCLOCK_NR32_CLOCK_GETTIME ||
		       nr == HOSTCLOCK_NR32_CLOCK_GETTIME64;
	return nr == __NR_gettimeofday || nr == __NR_clock_gettime;
}

/**
 * hostclock_caller_asks - is this a system call that asks for the time, and may it sleep?
 *
 * No such call holds a lock while it reads the clocksource.  Probes and tracers within it
 * have preemption disabled, or are RCU readers.
 *
 * Context: any, NMI included.
 */
bool notrace hostclock_caller_asks(void)
{
	return preemptible() && !rcu_preempt_depth() && !(current->flags & PF_KTHREAD) &&
	       hostclock_asks_for_time(syscall_get_nr(current, task_pt_regs(current)));
}
