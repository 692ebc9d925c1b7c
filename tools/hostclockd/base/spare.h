/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors kept for when there are no more: for a look at a process, and for whoever
 * has to be told that there are none.
 */
#ifndef HOSTCLOCKD_SPARE_H
#define HOSTCLOCKD_SPARE_H

#include <stdbool.h>

void spare_open(void);
bool spare_use(void);
void spare_keep(void);
bool spare_affords(int fd);
int spare_openat(int dir, const char *path, int flags);

#endif /* HOSTCLOCKD_SPARE_H */
