// SPDX-License-Identifier: GPL-2.0-only
/* A module built out of tree has a version; one built in is the kernel's. */
#include <linux/module.h>

MODULE_VERSION(HOSTCLOCK_VERSION);
