/* SPDX-License-Identifier: GPL-2.0 */
/* The clocks under test, and the two ways of reading them. */
#ifndef _CLOCKS_H
#define _CLOCKS_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct clock_name {
	clockid_t id;
	const char *name;
};

/* Ends with a NULL name. */
static const struct clock_name clock_names[] = {
	{ CLOCK_REALTIME,	"REALTIME" },
	{ CLOCK_MONOTONIC,	"MONOTONIC" },
	{ CLOCK_MONOTONIC_RAW,	"MONOTONIC_RAW" },
	{ CLOCK_BOOTTIME,	"BOOTTIME" },
	{ CLOCK_TAI,		"TAI" },
	{ }
};

static inline int64_t timespec_ns(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * 1000000000 + ts->tv_nsec;
}

/* The kernel's layout for 64-bit time on every architecture. */
struct kernel_timespec64 {
	int64_t tv_sec;
	int64_t tv_nsec;
};

/* libc's way: the vDSO, unless that declines.  Negative if the clock fails. */
static inline int64_t read_vdso(clockid_t id)
{
	struct timespec ts;

	return clock_gettime(id, &ts) ? -1 : timespec_ns(&ts);
}

/* Always the kernel. */
static inline int64_t read_syscall(clockid_t id)
{
	struct kernel_timespec64 ts;
#ifdef __NR_clock_gettime64
	long nr = __NR_clock_gettime64;
#else
	long nr = __NR_clock_gettime;
#endif

	return syscall(nr, id, &ts) ? -1 : ts.tv_sec * 1000000000 + ts.tv_nsec;
}

#endif /* _CLOCKS_H */
