// SPDX-License-Identifier: GPL-2.0-only
/* The counter on x86: the TSC */
#include <linux/cpufeature.h>
#include <asm/tsc.h>

#include <hostclock/reader.h>

#include "arch.h"

const u8 hostclock_arch_counter_id = HOSTCLOCK_COUNTER_X86_TSC;

/**
 * hostclock_arch_counter_usable - is the counter fit to be a clock?
 *
 * The kernel marks the TSC unstable if it may differ between CPUs or stop.
 */
bool hostclock_arch_counter_usable(void)
{
	return boot_cpu_has(X86_FEATURE_TSC) && !check_tsc_unstable();
}
