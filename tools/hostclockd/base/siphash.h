/* SPDX-License-Identifier: GPL-2.0 */
/* SipHash-2-4: whoever does not have the key learns nothing about the data. */
#ifndef HOSTCLOCKD_SIPHASH_H
#define HOSTCLOCKD_SIPHASH_H

#include <stddef.h>

#include <hostclock/platform.h>

u64 siphash(const u8 key[16], const void *data, size_t len);

#endif /* HOSTCLOCKD_SIPHASH_H */
