/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_HOOK_H
#define _HOSTCLOCK_HOOK_H

#include <linux/ftrace.h>

int hostclock_hook_start(struct ftrace_ops *ops, void *function);
void hostclock_hook_stop(struct ftrace_ops *ops, void *function);

#endif /* _HOSTCLOCK_HOOK_H */
