/* SPDX-License-Identifier: GPL-2.0 */
/* What made-up hosts have in common: madeup.c calls pass() for the time that passes. */
#ifndef MADEUP_H
#define MADEUP_H

#include <hostclock/platform.h>

/* Time passes on the made-up host. */
void pass(u64 ns);

#endif /* MADEUP_H */
