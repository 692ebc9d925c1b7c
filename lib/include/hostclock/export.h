/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * EXPORT_SYMBOL_IF_KUNIT(): the tests may be a module.  The driver is not, or it has the
 * library in it.  Nothing in user space.
 */
#ifndef _HOSTCLOCK_EXPORT_H
#define _HOSTCLOCK_EXPORT_H

#ifdef __KERNEL__
#include <linux/export.h>
#if IS_ENABLED(CONFIG_HOSTCLOCK_KUNIT_TEST)
#include <kunit/visibility.h>
#else
#define EXPORT_SYMBOL_IF_KUNIT(...)
#endif
#else
#include <hostclock/userspace.h>
#endif

#endif /* _HOSTCLOCK_EXPORT_H */
