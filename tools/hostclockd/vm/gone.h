/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_GONE_H
#define HOSTCLOCKD_GONE_H

#include "vm.h"

void gone_is(struct exporter *x, struct vm *vm);
void gone_watch(struct vm *vm);
void gone_unwatch(struct vm *vm);
bool gone_may_be_there(const struct vm *vm);
bool gone_has_ended(const struct vm *vm);

#endif /* HOSTCLOCKD_GONE_H */
