/* SPDX-License-Identifier: GPL-2.0 */
/* Where builds of QEMU keep their TSC offset, by what tcg_open() learnt. */
#ifndef HOSTCLOCKD_TCGCACHE_H
#define HOSTCLOCKD_TCGCACHE_H

#include <hostclock/platform.h>

/*
 * The address relative to the load address, or 0.  It is a guess: a process can have its
 * data look as it likes, whatever its program.
 */
u64 tcgcache_find(const char *key);
void tcgcache_add(const char *key, u64 offset);
/* The entry of that number, NULL behind the last. */
const char *tcgcache_entry(int number, u64 *offset);

#endif /* HOSTCLOCKD_TCGCACHE_H */
