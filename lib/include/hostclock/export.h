/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* EXPORT_SYMBOL_GPL() for the library's sources; nothing in user space. */
#ifndef _HOSTCLOCK_EXPORT_H
#define _HOSTCLOCK_EXPORT_H

#ifdef __KERNEL__
#include <linux/export.h>
#else
#include <hostclock/userspace.h>
#endif

#endif /* _HOSTCLOCK_EXPORT_H */
