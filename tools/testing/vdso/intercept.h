/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two things a vDSO image takes from outside, put into the test's hands: the
 * counter, and the system call it falls back to.  Both by signals, so that the
 * image's instructions are the real ones, but for the counter's while it is
 * intercepted: UD2 stands in their place then, since not every machine can make
 * RDTSC trap (some hypervisors ignore PR_SET_TSC).
 */
#ifndef _VDSO_INTERCEPT_H
#define _VDSO_INTERCEPT_H

#include "image.h"

/* What a function of an image returns if it made a system call. */
#define INTERCEPT_SYSCALL	0x5ca11

/*
 * From now on, system calls made by this image, and only those, are not made
 * but return INTERCEPT_SYSCALL.  Cannot be undone.  Any other fault is reported
 * as a failure of the running test and ends the program.
 */
void intercept_init(const struct vdso_image *img);

/*
 * From now on, the image's RDTSC and RDTSCP give what HOOK returns, which gets
 * DATA; it may change the pages under the reader.  NULL ends that.  Not while
 * another thread runs the image.
 */
void intercept_tsc(uint64_t (*hook)(void *data), void *data);

/* The same, with a constant value, changed at will by assigning to it. */
void intercept_tsc_value(const uint64_t *value);

#endif /* _VDSO_INTERCEPT_H */
