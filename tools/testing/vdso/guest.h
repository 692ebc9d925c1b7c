/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest as far as its vDSO can tell: the image, what the kernel has put into
 * its data pages, and what the host has put into its own.  And the model: what
 * that vDSO must answer, worked out by the library's reader and by arithmetic
 * that has nothing in common with the kernel's but its meaning.
 */
#ifndef _VDSO_GUEST_H
#define _VDSO_GUEST_H

#include "image.h"
#include "intercept.h"
#include "vvar.h"

/* The guest's time namespace.  Zero outside of any. */
struct timens {
	s64 mono_sec;
	s64 boot_sec;
	u32 mono_nsec;
	u32 boot_nsec;
};

struct guest {
	struct vdso_image img;
	struct vvar v;
	struct timekeeping tk;
	struct hostclock_accepted accepted;
	struct timens ns;
};

/* What a read gave. */
struct reading {
	bool syscall;		/* it was left to the kernel; no time then */
	s64 sec;
	s64 nsec;
};

void guest_load(struct guest *g, const char *so);

/*
 * A plain guest in mode hostclock: counter at some 10^15 ticks of 2.6 GHz, one
 * set of parameters per half of the page, the older one for the past hour.
 * Every field differs from every other, so that mixing them up shows.
 */
void guest_reset(struct guest *g);

/*
 * The kernel's base through the newest set, from @ago counts (below 2^32) before a
 * TSC value on.
 */
struct hostclock_vdso_base guest_base(const struct guest *g, enum hostclock_counter which,
				      u64 tsc, u64 ago);

/* Writes tk and what is accepted to the data page, as the kernel would. */
void guest_update(struct guest *g);

/* clock_gettime() of the image. */
struct reading guest_read(struct guest *g, clockid_t id);

/* The model, for a counter value. */
struct reading guest_expect(const struct guest *g, clockid_t id, u64 tsc);

bool reading_same(const struct reading *a, const struct reading *b);

/* The clocks that the vDSO reads from a counter, and how many. */
extern const clockid_t guest_clocks[];
#define GUEST_CLOCKS	5

const char *guest_clock_name(clockid_t id);

#endif /* _VDSO_GUEST_H */
