// SPDX-License-Identifier: GPL-2.0
/* Plays the kernel's side of the vDSO's data pages; see vvar.h. */
#include <err.h>
#include <string.h>

#include <hostclock/writer.h>

#include "vdso-offsets.h"
#include "vvar.h"

#define CS_HRES		0
#define CS_RAW		1

static void put32(u8 *vd, size_t at, u32 v)
{
	WRITE_ONCE(*(u32 *)(vd + at), v);
}

static void put64(u8 *vd, size_t at, u64 v)
{
	WRITE_ONCE(*(u64 *)(vd + at), v);
}

void vvar_find(struct vvar *v, const struct vdso_image *img)
{
	const char *clock = sizeof(long) == 8 ? "__vdso_clock_gettime" :
						"__vdso_clock_gettime64";
	u8 *timens_page = vdso_image_data(img, "timens_page");
	u8 *vvar_page = vdso_image_data(img, "vvar_page");

	v->clock = vdso_image_func(img, clock);
	v->data = vdso_image_data(img, "vvar__vdso_data");
	v->pvclock = vdso_image_data(img, "pvclock_page");
	v->cp = vdso_image_data(img, "hostclock_clock_page");
	v->gp = vdso_image_data(img, "hostclock_guest_page");
	if (!v->data || !timens_page || !vvar_page || !v->pvclock || !v->cp || !v->gp)
		errx(1, "the image lacks a data page this harness must fill in");
	v->timens = timens_page + (v->data - vvar_page);
}

static void put_time(u8 *vd, clockid_t id, s64 sec, u64 nsec)
{
	size_t at = VD_BASETIME + id * VD_TIMESTAMP_SIZE;

	put64(vd, at + VD_TIMESTAMP_SEC, sec);
	put64(vd, at + VD_TIMESTAMP_NSEC, nsec);
}

/* A clock that is another, whose shifted ns are given, plus nsec. */
static void put_sum(u8 *vd, clockid_t id, s64 *sec, u64 *snsec, u32 nsec,
		    u32 shift)
{
	u64 second = HOSTCLOCK_NSEC_PER_SEC << shift;

	*snsec += (u64)nsec << shift;
	while (*snsec >= second) {
		*snsec -= second;
		++*sec;
	}
	put_time(vd, id, *sec, *snsec);
}

static void put_counter(u8 *vd, s32 mode, u64 cycle_last, u64 max_cycles,
			u32 mult, u32 shift)
{
	/* as __arch_update_vsyscall() leaves it */
	if (mode == VDSO_MODE_HOSTCLOCK || mode == VDSO_MODE_HOSTCLOCK_RAW)
		max_cycles = 0;
	put32(vd, VD_CLOCK_MODE, mode);
	put64(vd, VD_CYCLE_LAST, cycle_last);
	put64(vd, VD_MAX_CYCLES, max_cycles);
	put64(vd, VD_MASK, ~0ULL);
	put32(vd, VD_MULT, mult);
	put32(vd, VD_SHIFT, shift);
}

static __le32 *seq_of(u8 *vd)
{
	return (__le32 *)(vd + VD_SEQ);
}

void vvar_update(struct vvar *v, const struct timekeeping *tk)
{
	u64 snsec = tk->real_snsec;
	u8 *vd = v->data;
	s64 sec;

	hostclock_seq_claim(seq_of(vd));
	hostclock_seq_claim(seq_of(vd + VD_SIZE));
	put_counter(vd, tk->mode, tk->cycle_last, tk->max_cycles, tk->mult,
		    tk->shift);
	put_time(vd, CLOCK_REALTIME, tk->real_sec, snsec);
	put_time(vd, CLOCK_TAI, tk->real_sec + tk->tai_sec, snsec);
	sec = tk->real_sec + tk->wtm_sec;
	put_sum(vd, CLOCK_MONOTONIC, &sec, &snsec, tk->wtm_nsec, tk->shift);
	sec += tk->boot_sec;
	put_sum(vd, CLOCK_BOOTTIME, &sec, &snsec, tk->boot_nsec, tk->shift);
	put32(vd, VD_HRTIMER_RES, 1);
	vd += VD_SIZE;
	put_counter(vd, tk->raw_mode, tk->raw_cycle_last, tk->max_cycles,
		    tk->raw_mult, tk->shift);
	put_time(vd, CLOCK_MONOTONIC_RAW, tk->raw_sec, tk->raw_snsec);
	vvar_set_base(v, HOSTCLOCK_MONO, &tk->base[HOSTCLOCK_MONO]);
	vvar_set_base(v, HOSTCLOCK_RAW, &tk->base[HOSTCLOCK_RAW]);
	hostclock_seq_publish(seq_of(v->data));
	hostclock_seq_publish(seq_of(vd));
}

/* Of the two, the one that the image reads for this counter. */
static u8 *data_of(struct vvar *v, enum hostclock_counter which)
{
	return v->data + (which == HOSTCLOCK_RAW ? CS_RAW : CS_HRES) * VD_SIZE;
}

void vvar_set_base(struct vvar *v, enum hostclock_counter which,
		   const struct hostclock_vdso_base *base)
{
	memcpy(data_of(v, which) + VD_BASE, base, sizeof(*base));
}

void vvar_set_anchor(struct vvar *v, const struct hostclock_accepted *a)
{
	for (int cs = CS_HRES; cs <= CS_RAW; cs++)
		memcpy(v->data + cs * VD_SIZE + VD_ANCHOR, a, sizeof(*a));
}

static void put_offset(u8 *vd, clockid_t id, s64 sec, u32 nsec)
{
	size_t at = VD_TIMENS + id * VD_TIMENS_SIZE;

	put64(vd, at + VD_TIMENS_SEC, sec);
	put64(vd, at + VD_TIMENS_NSEC, nsec);
}

void vvar_enter_timens(struct vvar *v, s64 mono_sec, u32 mono_nsec,
		       s64 boot_sec, u32 boot_nsec)
{
	u8 *ns = v->data;

	memcpy(v->timens, ns, 2 * VD_SIZE);
	v->data = v->timens;
	memset(ns, 0, 2 * VD_SIZE);
	for (int cs = CS_HRES; cs <= CS_RAW; cs++) {
		u8 *vd = ns + cs * VD_SIZE;

		put32(vd, VD_SEQ, 1);
		put32(vd, VD_CLOCK_MODE, VDSO_MODE_TIMENS);
		put_offset(vd, CLOCK_MONOTONIC, mono_sec, mono_nsec);
		put_offset(vd, CLOCK_MONOTONIC_RAW, mono_sec, mono_nsec);
		put_offset(vd, CLOCK_BOOTTIME, boot_sec, boot_nsec);
	}
}
