/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the conversion library takes from its surroundings, and nothing else:
 * fixed-width types, little-endian loads that happen once, the barriers, and
 * the counter.  In the kernel and the vDSO these are the kernel's own;
 * in user space they are made of compiler builtins.
 *
 * The barriers are used by the begin/retry pairs in sequence.h and the claim/publish
 * pairs in writer.h, where each is given its reason, and nowhere else.
 */
#ifndef _HOSTCLOCK_PLATFORM_H
#define _HOSTCLOCK_PLATFORM_H

#ifdef __KERNEL__

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>
#include <asm/msr.h>
#include <asm/tsc.h>

/* The ordered read: not performed before the loads that precede it. */
#define hostclock_rdtsc()	rdtsc_ordered()

#define HOSTCLOCK_LE16(x)	le16_to_cpu(READ_ONCE(x))
#define HOSTCLOCK_LE32(x)	le32_to_cpu(READ_ONCE(x))
#define HOSTCLOCK_LE64(x)	le64_to_cpu(READ_ONCE(x))

/* The C library's names, so that storing looks the same on both sides. */
#define htole16(x)		cpu_to_le16(x)
#define htole32(x)		cpu_to_le32(x)
#define htole64(x)		cpu_to_le64(x)

#else /* !__KERNEL__ */

#include <hostclock/userspace.h>

#endif /* !__KERNEL__ */

#define HOSTCLOCK_NSEC_PER_SEC	1000000000ULL

#endif /* _HOSTCLOCK_PLATFORM_H */
