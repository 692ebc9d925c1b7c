/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing down what a restarted exporter needs beside the pages.  Valid for the
 * boot of the host that it was written in.
 *
 * Whoever changes any of it calls exporter_changed(); it is written once, at the end
 * of the dispatch, and before a command is answered.
 */
#ifndef HOSTCLOCKD_STATE_H
#define HOSTCLOCKD_STATE_H

#include "base/hex.h"
#include "vm.h"

#define STATE_FILE	"state"
#define STATE_VERSION	1
/* As many VMs as there can be, of 2 KiB; rather more. */
#define STATE_MAX	(VM_MAX * 8192UL)

/* The boot that the state is valid for. */
void state_host_id(char text[HEX_SIZE(16)]);
int state_sync(struct exporter *x, struct problem *why);
void state_keep(struct exporter *x);

#endif /* HOSTCLOCKD_STATE_H */
