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
 * @lost:	or when the connection has ended; why, if not by QEMU
 * @busy:	must it not be called now, except from monitor_handle()?
 */
struct monitor_events {
	void (*stopped)(void *arg, const struct qmp_when *when);
	void (*resumed)(void *arg, const struct qmp_when *when);
	void (*lost)(void *arg, const char *why);
	bool (*busy)(void *arg);
};

int monitor_open(struct monitor **monitor, const char *path, pid_t pid,
		 const struct monitor_events *events, void *arg,
		 struct problem *why);
void monitor_close(struct monitor **monitor);
void monitor_handle(struct monitor **monitor);
void monitor_go_on(struct monitor *m);

#endif /* HOSTCLOCKD_MONITOR_H */
