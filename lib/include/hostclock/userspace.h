/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What user space lacks of the kernel's vocabulary.  Not part of what goes into
 * a kernel tree.
 */
#ifndef _HOSTCLOCK_USERSPACE_H
#define _HOSTCLOCK_USERSPACE_H

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
#ifndef BIT_ULL
#define BIT_ULL(nr)		(1ULL << (nr))
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
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
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

#define EXPORT_SYMBOL_IF_KUNIT(sym)

#endif /* _HOSTCLOCK_USERSPACE_H */
