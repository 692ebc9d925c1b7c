/* SPDX-License-Identifier: GPL-2.0 */
/* A machine's own clock is slewed, stepped and set, as a time daemon would, and worse. */
#ifndef _SWAY_H
#define _SWAY_H

#include <stdint.h>

/* Another frequency within 500 ppm of its own; a step of less than a second either way */
void sway_rate(void);
void sway_step(int64_t ns);

/*
 * From then on, until sway_stop(), the clock gets another frequency within 500 ppm of its own
 * 50 times a second, and is stepped forward by up to a millisecond 5 times.
 */
void sway_start(void);
void sway_stop(void);

/* CLOCK_REALTIME is set: forward for an even i, and back by the same for the odd one after it. */
void set_once(uint64_t i);

#endif /* _SWAY_H */
