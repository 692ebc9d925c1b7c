/* SPDX-License-Identifier: GPL-2.0 */
/* Included before everything else: the TSC is the made-up host's. */
#include <hostclock/platform.h>

u64 host_rdtsc(void);
#define hostclock_rdtsc host_rdtsc
