/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_HOOK_H
#define _HOSTCLOCK_HOOK_H

#include <linux/ftrace.h>

/* Of the hooked function: have another one called in its place, and its first argument */
#ifdef HOSTCLOCK_TSC_PFN
#define hostclock_hook_divert(fregs, to) \
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)(to))
#define hostclock_hook_argument(fregs)	ftrace_regs_get_argument(fregs, 0)
#else
#define hostclock_hook_divert(fregs, to) \
	ftrace_instruction_pointer_set(fregs, (unsigned long)(to))
#define hostclock_hook_argument(fregs)	((fregs)->regs.di)
#endif

int hostclock_hook_start(struct ftrace_ops *ops, void *function);
void hostclock_hook_stop(struct ftrace_ops *ops, void *function);

#endif /* _HOSTCLOCK_HOOK_H */
