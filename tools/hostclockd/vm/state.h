/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state file: what a restarted exporter needs in addition to the pages.  It is
 * valid until the host reboots.
 *
 * Code that changes any of it calls exporter_changed(), or exporter_changed_by_others().
 * It is written once, at the end of the dispatch, and before a command is answered.
 */
#ifndef HOSTCLOCKD_STATE_H
#define HOSTCLOCKD_STATE_H

#include "base/hex.h"
#include "vm.h"

#define STATE_FILE	"state"
#define STATE_VERSION	1
/* VM_MAX VMs of 2 KiB each, and a margin. */
#define STATE_MAX	(VM_MAX * 8192UL)

/* The boot that the state is valid for. */
void state_host_id(char text[HEX_SIZE(16)]);
int state_sync(struct exporter *x, struct problem *why);
void state_keep(struct exporter *x);
s64 state_unsaved_since(const char **why);

#endif /* HOSTCLOCKD_STATE_H */
