/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_LEFTOVER_H
#define HOSTCLOCKD_LEFTOVER_H

#include "vm.h"

void leftover_take(struct exporter *x);

#endif /* HOSTCLOCKD_LEFTOVER_H */
