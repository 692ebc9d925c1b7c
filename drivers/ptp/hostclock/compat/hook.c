// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks in the kernel's functions, which come and go with the pages.  Before 6.3
 * ftrace_free_filter() leaves pointers to what it frees in the ops, which must not be used
 * again after it; so the function is removed from the filter instead.
 */
#include "hook.h"
#include "symbols.h"

#ifdef HOSTCLOCK_EXACT

/**
 * hostclock_hook_start - let ftrace call somebody at a function
 * @ops: whom
 * @function: where
 *
 * Context: may sleep.
 * Return: 0, or an error.
 */
int hostclock_hook_start(struct ftrace_ops *ops, void *function)
{
	int ret = ftrace_set_filter_ip(ops, (unsigned long)function, 0, 0);

	if (ret)
		return ret;
	ret = register_ftrace_function(ops);
	if (ret)
		ftrace_set_filter_ip(ops, (unsigned long)function, 1, 0);
	return ret;
}

/**
 * hostclock_hook_stop - undo hostclock_hook_start()
 * @ops: as there
 * @function: as there
 *
 * Context: may sleep.
 */
void hostclock_hook_stop(struct ftrace_ops *ops, void *function)
{
	unregister_ftrace_function(ops);
	ftrace_set_filter_ip(ops, (unsigned long)function, 1, 0);
}

#endif /* HOSTCLOCK_EXACT */
