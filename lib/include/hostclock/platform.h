/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the conversion library takes from its surroundings, and nothing else:
 * fixed-width types, little-endian loads that happen once, the two barriers,
 * and the counter.  In the kernel and the vDSO these are the kernel's own;
 * in user space they are made of compiler builtins.
 *
 * The barriers are used by the begin/retry pair in reader.h and the
 * begin/end pair in writer.h, where each is given its reason, and nowhere else.
 */
#ifndef _HOSTCLOCK_PLATFORM_H
#define _HOSTCLOCK_PLATFORM_H

#ifdef __KERNEL__

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>
#include <asm/msr.h>

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

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#ifndef __maybe_unused
#define __maybe_unused		__attribute__((unused))
#endif
#ifndef noinline
#define noinline		__attribute__((noinline))
#endif
#ifndef __cold
#define __cold			__attribute__((cold))
#endif
#ifndef likely
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#endif
#ifndef READ_ONCE
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile __typeof__(x) *)&(x) = (val))
#endif
#ifndef smp_rmb
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#endif

#define HOSTCLOCK_LE16(x)	le16toh(READ_ONCE(x))
#define HOSTCLOCK_LE32(x)	le32toh(READ_ONCE(x))
#define HOSTCLOCK_LE64(x)	le64toh(READ_ONCE(x))

#if defined(__x86_64__) || defined(__i386__)
static __always_inline u64 hostclock_rdtsc(void)
{
	u32 lo, hi;

	/* lfence: rdtsc is not performed before the loads that precede it. */
	__asm__ __volatile__("lfence\n\trdtsc" : "=a" (lo), "=d" (hi) : :
			     "memory");
	return (u64)hi << 32 | lo;
}
#endif

#endif /* !__KERNEL__ */

#define HOSTCLOCK_NSEC_PER_SEC	1000000000ULL

#endif /* _HOSTCLOCK_PLATFORM_H */
