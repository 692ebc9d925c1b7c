/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listening to a QEMU's monitor (QMP) for when the VM stops and resumes.  This takes
 * a monitor of our own, since a monitor serves one client at a time.
 */
#ifndef HOSTCLOCKD_MONITOR_H
#define HOSTCLOCKD_MONITOR_H

#include "base/report.h"
#include "qmp.h"

struct monitor;

/**
 * struct monitor_events - what to call when QEMU says that the VM
 * @stopped:	stopped
 * @resumed:	runs again
 */
struct monitor_events {
	void (*stopped)(void *arg, const struct qmp_when *when);
	void (*resumed)(void *arg, const struct qmp_when *when);
};

int monitor_open(struct monitor **monitor, const char *path,
		 const struct monitor_events *events, void *arg,
		 struct problem *why);
void monitor_close(struct monitor **monitor);
void monitor_handle(struct monitor **monitor);

#endif /* HOSTCLOCKD_MONITOR_H */
