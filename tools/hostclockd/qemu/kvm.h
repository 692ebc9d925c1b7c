/* SPDX-License-Identifier: GPL-2.0 */
/* The TSC offset of a KVM guest, from KVM's directory in debugfs. */
#ifndef HOSTCLOCKD_KVM_H
#define HOSTCLOCKD_KVM_H

#include <stdbool.h>
#include <sys/types.h>

#include <hostclock/tsc.h>

#include "base/report.h"

/**
 * struct kvm_place - where a VM's TSC offset is told
 * @vm:		its directory's name, "" if that is not known
 * @cpu:	that of one of its CPUs
 * @cpus:	how many it has; more if their numbers are not consecutive
 * @next:	the number of the one to look at next
 * @offset:	which all had this offset
 */
struct kvm_place {
	char vm[32];
	char cpu[16];
	unsigned int cpus;
	unsigned int next;
	u64 offset;
};

/* Has KVM a VM of that process?  Return: 1, 0, or -1 with errno: it cannot be looked at. */
int kvm_has(const char *debugfs, pid_t pid);
bool kvm_uses(pid_t pid, pid_t *lost);
int kvm_read(const char *debugfs, pid_t pid, struct kvm_place *place,
	     struct hostclock_tsc *tsc, struct problem *why);
bool kvm_same(const char *debugfs, struct kvm_place *place);

#endif /* HOSTCLOCKD_KVM_H */
