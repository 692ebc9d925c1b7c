/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The data page of a vDSO image, filled in as kernel/time/vsyscall.c does it.
 */
#ifndef _VDSO_VVAR_H
#define _VDSO_VVAR_H

#include <time.h>

#include <hostclock/vdso.h>

#include "image.h"

/**
 * struct timekeeping - what the kernel's timekeeper would hold
 * @mode:	the clocksource's vdso_clock_mode
 * @mult:	of the clocksource as steered
 * @shift:	of the clocksource
 * @max_cycles: of the clocksource
 * @cycle_last:	counter of the last update
 * @real_sec:	CLOCK_REALTIME then, seconds
 * @real_snsec:	and ns << shift, below 10^9 << shift
 * @wtm_sec:	CLOCK_MONOTONIC - CLOCK_REALTIME, seconds
 * @wtm_nsec:	and ns, 0 to 10^9 - 1
 * @boot_sec:	CLOCK_BOOTTIME - CLOCK_MONOTONIC, seconds
 * @boot_nsec:	and ns, 0 to 10^9 - 1
 * @tai_sec:	CLOCK_TAI - CLOCK_REALTIME, seconds
 * @raw_mode:	vdso_clock_mode of MONOTONIC_RAW's counter
 * @raw_mult:	of MONOTONIC_RAW
 * @raw_cycle_last: its counter at the last update
 * @raw_sec:	CLOCK_MONOTONIC_RAW then, seconds
 * @raw_snsec:	and ns << shift
 * @base:	hostclock's counters, indexed by enum hostclock_counter
 */
struct timekeeping {
	s32 mode;
	u32 mult;
	u32 shift;
	u64 max_cycles;
	u64 cycle_last;
	s64 real_sec;
	u64 real_snsec;
	s64 wtm_sec;
	u32 wtm_nsec;
	s64 boot_sec;
	u32 boot_nsec;
	s32 tai_sec;
	s32 raw_mode;
	u32 raw_mult;
	u64 raw_cycle_last;
	s64 raw_sec;
	u64 raw_snsec;
	struct hostclock_vdso_base base[2];
};

/* struct __kernel_timespec, for images of either word size. */
struct vdso_timespec {
	s64 sec;
	s64 nsec;
};

/**
 * struct vvar - the places in an image that a kernel writes to
 * @clock:	clock_gettime() of the image
 * @data:	the two struct vdso_data
 * @timens:	the same in the time namespace page
 * @pvclock:	the first vCPU's pvclock structure
 * @cp:		hostclock's clock page
 * @gp:		hostclock's guest page
 * @line:	what an image without our patches reads as Hyper-V's page, see stock_load()
 */
struct vvar {
	int (*clock)(clockid_t id, struct vdso_timespec *ts);
	u8 *data;
	u8 *timens;
	u8 *pvclock;
	struct hostclock_clock_page *cp;
	struct hostclock_guest_page *gp;
	struct hostclock_line_page *line;
};

void vvar_find(struct vvar *v, const struct vdso_image *img);

/* update_vsyscall(), complete with the sequence count. */
void vvar_update(struct vvar *v, const struct timekeeping *tk);

/* A base, outside of an update. */
void vvar_set_base(struct vvar *v, enum hostclock_counter which,
		   const struct hostclock_vdso_base *base);

/* The accepted that the kernel has accepted, outside of an update. */
void vvar_set_anchor(struct vvar *v, const struct hostclock_accepted *a);

/*
 * A time namespace, as timens_set_vvar_page() makes one: the image sees the
 * namespace's page where the kernel's was, and the kernel's behind it.
 */
void vvar_enter_timens(struct vvar *v, s64 mono_sec, u32 mono_nsec,
		       s64 boot_sec, u32 boot_nsec);

#endif /* _VDSO_VVAR_H */
