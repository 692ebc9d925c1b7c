/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the kernel's vocabulary as a file of the driver needs in a program. */
#ifndef _NATIVE_KERNEL_H
#define _NATIVE_KERNEL_H

#include <hostclock/userspace.h>

#define notrace
#define NSEC_PER_USEC		1000L
#define USEC_PER_SEC		1000000L
#define TICK_NSEC		4000000UL	/* 250 Hz */
#define le32_to_cpu(x)		le32toh(x)
#define le64_to_cpu(x)		le64toh(x)
#define min(a, b)		({ __auto_type _a = (a); __auto_type _b = (b); _a < _b ? _a : _b; })
#define max(a, b)		({ __auto_type _a = (a); __auto_type _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define div_u64(a, b)		((a) / (b))

#endif /* _NATIVE_KERNEL_H */
