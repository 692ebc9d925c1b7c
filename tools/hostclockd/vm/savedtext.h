/* SPDX-License-Identifier: GPL-2.0 */
/* A guest's part of the state file, made anew only if it has changed. */
#ifndef HOSTCLOCKD_SAVEDTEXT_H
#define HOSTCLOCKD_SAVEDTEXT_H

#include "vm.h"

const char *savedtext(struct vm *vm);

#endif /* HOSTCLOCKD_SAVEDTEXT_H */
