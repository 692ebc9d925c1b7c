/* SPDX-License-Identifier: GPL-2.0 */
/* The TSC offset of a KVM guest, from KVM's directory in debugfs. */
#ifndef HOSTCLOCKD_KVM_H
#define HOSTCLOCKD_KVM_H

#include <stdbool.h>
#include <sys/types.h>

#include <hostclock/tsc.h>

#include "base/report.h"

/* Has KVM a VM of that process? */
bool kvm_has(const char *debugfs, pid_t pid);
bool kvm_uses(pid_t pid);
int kvm_read(const char *debugfs, pid_t pid, struct hostclock_tsc *tsc,
	     struct problem *why);

#endif /* HOSTCLOCKD_KVM_H */
