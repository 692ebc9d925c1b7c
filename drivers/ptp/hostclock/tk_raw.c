// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kernels with clocksource.raw: CLOCK_MONOTONIC_RAW is the host's, not slewed.
 */
#include "tk_more.h"

/**
 * hostclock_tk_init_raw - give CLOCK_MONOTONIC_RAW a counter of its own
 * @mono: the clocksource
 * @raw: that counter
 */
void hostclock_tk_init_raw(struct clocksource *mono, struct clocksource *raw)
{
	__clocksource_update_freq_scale(raw, 1, NSEC_PER_SEC);
	mono->raw = raw;
}
