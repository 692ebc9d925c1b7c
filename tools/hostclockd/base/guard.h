/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings of files that somebody else can truncate.  A store behind a file's end raises
 * SIGBUS; the page stored into is then replaced by one of this process alone, and the
 * store is done there.  So writers need not know: nothing is left half done, and nobody
 * jumps out of a loop that writes other files as well.
 */
#ifndef HOSTCLOCKD_GUARD_H
#define HOSTCLOCKD_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "report.h"

int guard_add(void *map, size_t size, struct problem *why);
void guard_remove(void *map);
bool guard_lost(const void *map);
void guard_mended(const void *map);
unsigned int guard_count(void);

#endif /* HOSTCLOCKD_GUARD_H */
