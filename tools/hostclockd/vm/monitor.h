/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listening to a QEMU's monitor (QMP): who stops the VM or lets it go on, and when.
 * That takes a monitor of our own, since it serves one client at a time.
 */
#ifndef HOSTCLOCKD_MONITOR_H
#define HOSTCLOCKD_MONITOR_H

#include "guest.h"

int monitor_open(struct exporter *x, struct vm *vm, struct problem *why);
void monitor_close(struct vm *vm);
void monitor_heed(struct vm *vm);

#endif /* HOSTCLOCKD_MONITOR_H */
