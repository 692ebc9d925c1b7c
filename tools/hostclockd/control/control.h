/* SPDX-License-Identifier: GPL-2.0 */
/* The control socket: one JSON object per packet, answered by one. */
#ifndef HOSTCLOCKD_CONTROL_H
#define HOSTCLOCKD_CONTROL_H

#include "vm/exporter.h"

#define CONTROL_SOCKET	"control"
/* A status of STATUS_VMS VMs; what Linux lets a socket buffer by default. */
#define CONTROL_MAX	(200 * 1024)

int control_open(struct exporter *x, struct problem *why);
void control_close(struct exporter *x);

#endif /* HOSTCLOCKD_CONTROL_H */
