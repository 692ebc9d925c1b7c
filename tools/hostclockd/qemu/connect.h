/* SPDX-License-Identifier: GPL-2.0 */
/* Connecting to a QEMU's monitor, and to nobody else's. */
#ifndef HOSTCLOCKD_CONNECT_H
#define HOSTCLOCKD_CONNECT_H

#include <sys/types.h>

#include "base/report.h"

int connect_monitor(const char *path, pid_t pid, unsigned int timeout_ms,
		    struct problem *why);

#endif /* HOSTCLOCKD_CONNECT_H */
