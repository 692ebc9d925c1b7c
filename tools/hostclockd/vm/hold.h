/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who waits for a VM's monitor holds the VM meanwhile: nothing else polls, changes or
 * removes it.
 */
#ifndef HOSTCLOCKD_HOLD_H
#define HOSTCLOCKD_HOLD_H

#include "vm.h"

struct vm *hold_find(struct exporter *x, const char *name, struct problem *why);
void hold_take(struct vm *vm);
void hold_release(struct vm *vm);

#endif /* HOSTCLOCKD_HOLD_H */
