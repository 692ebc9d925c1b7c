/* SPDX-License-Identifier: GPL-2.0 */
/* Guests' page files, which a QEMU may have opened for writing. */
#ifndef HOSTCLOCKD_PAGEFILE_H
#define HOSTCLOCKD_PAGEFILE_H

#include "vm.h"

typedef void pagefile_write(struct exporter *x, struct vm *vm);

int pagefile_open(struct exporter *x, struct vm *vm, struct problem *why);
void pagefile_close_line(const struct vm *vm);
void pagefile_forget(struct exporter *x, struct vm *vm);
void pagefile_remove(struct exporter *x, struct vm *vm);
void pagefile_check(struct exporter *x, pagefile_write *write);

#endif /* HOSTCLOCKD_PAGEFILE_H */
