/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest kernel's vDSO, set up natively in one of the modes to compare.
 */
#ifndef _BENCH_MODES_H
#define _BENCH_MODES_H

#include "../testing/vdso/image.h"
#include "../testing/vdso/vvar.h"

enum mode {
	MODE_TSC,
	MODE_PVCLOCK,
	MODE_HOSTCLOCK,
	MODE_LIVE,	/* the same, a page that the host's kernel writes */
	MODE_STOCK,	/* of an image without our patches: the line page as Hyper-V's */
	MODE_COUNT,
};

extern const char *const mode_names[MODE_COUNT];

/* This machine's TSC frequency in kHz, measured over some 50 ms. */
u32 mode_tsc_khz(void);

/*
 * Fills in the data pages of an image, so that its clocks run from now on by
 * this CPU's TSC.
 */
void mode_setup(struct vvar *v, enum mode which, u32 tsc_khz);

/* What the kernel's tick renews; to be called every half second at least. */
void mode_tick(struct vvar *v, enum mode which);

/*
 * Do the clocks run, and by the image alone?  They are set an hour off, so that
 * the host's kernel, asked by a fallback, would not know.  Ends the program
 * with a message if not.
 */
void mode_check(const struct vvar *v, enum mode which);

#endif /* _BENCH_MODES_H */
