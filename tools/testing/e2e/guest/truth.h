/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is CLOCK_REALTIME what it should be, for as long as the kernel says so?  The
 * truth is what the page said before it was broken, extrapolated.
 */
#ifndef _TRUTH_H
#define _TRUTH_H

#include <stdint.h>

typedef void truth_answer(const char *fmt, ...);

/* The truth from now on, and nothing seen yet.  A page that says nothing: none. */
void truth_capture(const char *device);

/* One comparison, and what adjtimex() says with it. */
void truth_look(void);

void truth_report(truth_answer *answer);

/* Counts of the TSC, by the page's rate when it was captured first. */
uint64_t truth_us_of(uint64_t counts);

/* The clock page's counter, now, by the guest page as it was captured. */
uint64_t truth_counter(void);

#endif /* _TRUTH_H */
