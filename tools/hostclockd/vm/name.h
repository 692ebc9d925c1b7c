/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_VM_NAME_H
#define HOSTCLOCKD_VM_NAME_H

#include <stdbool.h>

#include "base/report.h"

#define VM_NAME_MAX	48

bool vm_name_ok(const char *name, struct problem *why);

#endif /* HOSTCLOCKD_VM_NAME_H */
