/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_GONE_H
#define HOSTCLOCKD_GONE_H

#include "vm.h"

void gone_is(struct exporter *x, struct vm *vm);

#endif /* HOSTCLOCKD_GONE_H */
