/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTCLOCKD_NOW_H
#define HOSTCLOCKD_NOW_H

#include <time.h>

#include "rate.h"

/* What a clock of the kernel's says. */
static inline u64 now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

#endif /* HOSTCLOCKD_NOW_H */
