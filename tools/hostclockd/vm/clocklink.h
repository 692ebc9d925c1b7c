/* SPDX-License-Identifier: GPL-2.0 */
/* What guests need of the clock. */
#ifndef HOSTCLOCKD_CLOCKLINK_H
#define HOSTCLOCKD_CLOCKLINK_H

#include <hostclock/tsc.h>

#include "vm.h"

void clocklink_look(struct exporter *x);
int clocklink_begin(struct exporter *x, struct problem *why);
int clocklink_rescale(struct exporter *x, const struct hostclock_tsc *tsc,
		      struct problem *why);
int clocklink_kernel(struct exporter *x, bool on, struct problem *why);
int clocklink_add(struct exporter *x, struct vm *vm, struct problem *why);
int clocklink_add_line(struct exporter *x, struct vm *vm, struct problem *why);
void clocklink_follow(struct exporter *x, struct vm *vm);
void clocklink_set_state(struct vm *vm, enum vm_state state);
void clocklink_renew(struct exporter *x, struct vm *vm);
void clocklink_remove(struct exporter *x, struct vm *vm);

#endif /* HOSTCLOCKD_CLOCKLINK_H */
