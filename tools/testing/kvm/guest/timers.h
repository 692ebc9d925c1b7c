/* SPDX-License-Identifier: GPL-2.0 */
/* How many timers of CLOCK_MONOTONIC come due at once? */
#ifndef _TIMERS_H
#define _TIMERS_H

#include <stdint.h>

/* From now on one comes due each second, for TIMERS_S seconds. */
#define TIMERS_S	600
void timers_start(void);

/* How many came due within the second from when MONOTONIC was so much. */
unsigned int timers_due(int64_t mono_ns);

#endif /* _TIMERS_H */
