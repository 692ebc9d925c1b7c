/* SPDX-License-Identifier: GPL-2.0 */
/* An eventfd that another process has, too. */
#ifndef HOSTCLOCKD_EVENTFD_H
#define HOSTCLOCKD_EVENTFD_H

#include <stdbool.h>

#include <hostclock/platform.h>

#include "report.h"

/* What the kernel calls an eventfd of this process; -1 if it does not say. */
s64 eventfd_id(int fd);
/* One of that name from another process.  Return: a descriptor, or -1. */
int eventfd_from(int pidfd, int pid, s64 id, struct problem *why);

#endif /* HOSTCLOCKD_EVENTFD_H */
