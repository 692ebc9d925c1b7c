// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The library as a module of its own; nothing else is needed for that. */
#include <linux/module.h>

MODULE_DESCRIPTION("hostclock conversion library");
MODULE_LICENSE("Dual BSD/GPL");
