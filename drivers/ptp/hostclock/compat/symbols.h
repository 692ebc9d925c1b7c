/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_SYMBOLS_H
#define _HOSTCLOCK_SYMBOLS_H

#include <linux/types.h>

/*
 * Kernels whose timekeeping and vDSO are known to work as compat/ has them.  What the
 * vDSO reads there is Hyper-V's; functions are diverted by ftrace.
 */
#if defined(HOSTCLOCK_KNOWN_KERNEL) && defined(CONFIG_X86_64) && \
	defined(CONFIG_HYPERV_TIMER) && defined(CONFIG_KPROBES) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && !defined(CONFIG_PREEMPT_RT)
#define HOSTCLOCK_EXACT
#endif

bool hostclock_symbols_find(void);
void *hostclock_symbol(const char *name);
void *hostclock_symbol_function(const char *name);
unsigned long hostclock_symbol_size(const void *symbol);

#endif /* _HOSTCLOCK_SYMBOLS_H */
