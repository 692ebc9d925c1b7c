/* SPDX-License-Identifier: GPL-2.0 */
/* Following the guests' TSC offsets. */
#ifndef HOSTCLOCKD_FOLLOW_H
#define HOSTCLOCKD_FOLLOW_H

#include "qemu/qmp.h"
#include "vm.h"

int follow_find_kvm(struct exporter *x, struct vm *vm, pid_t pid,
		    struct kvm_place *place, u64 *offset, struct problem *why);
void follow_check(struct exporter *x, struct vm *vm);
bool follow_is_quiet(const struct vm *vm);
bool follow_is_arriving(const struct vm *vm);
void follow_poll(struct exporter *x, struct vm *vm);
int follow_listen(struct vm *vm, struct problem *why);
void follow_lost(struct vm *vm);
void follow_missed(struct exporter *x, struct vm *vm);
void follow_stopped(struct vm *vm, const struct qmp_when *when);
void follow_resumed(struct vm *vm, const struct qmp_when *when);

#endif /* HOSTCLOCKD_FOLLOW_H */
