// SPDX-License-Identifier: GPL-2.0
/* The guest of guest.h, and the model of its clocks. */
#include <string.h>

#include "guest.h"
#include "vdso-offsets.h"

const clockid_t guest_clocks[GUEST_CLOCKS] = {
	CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME,
	CLOCK_TAI,
};

const char *guest_clock_name(clockid_t id)
{
	static const char *const names[] = {
		[CLOCK_REALTIME] = "REALTIME", [CLOCK_MONOTONIC] = "MONOTONIC",
		[CLOCK_MONOTONIC_RAW] = "RAW", [CLOCK_BOOTTIME] = "BOOTTIME",
		[CLOCK_TAI] = "TAI",
	};

	return names[id];
}

void guest_load(struct guest *g, const char *so)
{
	memset(g, 0, sizeof(*g));
	vdso_image_load(&g->img, so, 0);
	vvar_find(&g->v, &g->img);
}

static void fill_page(struct hostclock_clock_page *cp, u64 epoch)
{
	/* 2.6 GHz: 10^9 * 2^24 / (2.6 * 10^9); slewed by 1.5 ppm in between */
	static const u32 mult[] = { 6452776, 6452785 };
	struct hostclock_params *p = cp->params;
	u64 hour = 3600 * 2600000000ULL;
	u64 base = 777777777ULL << 24 | 0x123456;

	memset(cp, 0, sizeof(*cp));
	cp->seq = htole32(2);
	for (int i = 0; i < 2; i++) {
		p[i].epoch = htole64(epoch);
		p[i].cycle_last = htole64(1000000000000000 + i * hour);
		p[i].max_cycles = htole64(2800000000000 - i);
		p[i].mult = htole32(mult[i]);
		p[i].shift = htole32(24);
		p[i].raw_mult = htole32(6452777);
		p[i].raw_sec = htole64(384615 + i * 3600);
	}
	p[0].mono_sec = htole64(384000);
	p[0].mono_snsec = htole64(base);
	/* hour * mult = 6.04 * 10^19, above 2^63: take it by whole seconds */
	base += 2600000000ULL * mult[0] * 3600 - (3600000000000ULL << 24);
	p[1].mono_sec = htole64(387600);
	p[1].mono_snsec = htole64(base);
	base = 123123123ULL << 24;
	p[0].raw_snsec = htole64(base);
	base += 2600000000ULL * 6452777 * 3600 - (3600000000000ULL << 24);
	p[1].raw_snsec = htole64(base);
}

/* How long before the usual reading the kernel's update was: 1.5 s of 2.6 GHz. */
#define BASE_AGO	3900000000ULL

void guest_reset(struct guest *g)
{
	u64 tsc = 1000000000000000 + 3601 * 2600000000ULL + 0x123456789abc;
	struct timekeeping tk = {
		.mode = VDSO_MODE_HOSTCLOCK, .raw_mode = VDSO_MODE_HOSTCLOCK_RAW,
		.mult = 1 << 23, .raw_mult = 1 << 23, .shift = 23,
		.max_cycles = ~0ULL / ((1 << 23) + (1 << 23) * 11 / 100),
		.real_sec = 1800000000, .real_snsec = 987654321ULL << 23,
		.wtm_sec = -1799999000, .wtm_nsec = 222222222,
		.boot_sec = 86400, .boot_nsec = 912345678, .tai_sec = 37,
		.raw_sec = 1111, .raw_snsec = 333333333ULL << 23,
	};

	memset(&g->ns, 0, sizeof(g->ns));
	g->accepted = (struct hostclock_accepted){
		.clock_epoch = 0x1111, .guest_epoch = 0x2222,
		.tsc_offset = 0x123456789abc, .mono_offset = -380000000000000,
		.raw_offset = 7000000000000,
	};
	fill_page(g->v.cp, g->accepted.clock_epoch);
	memset(g->v.gp, 0, sizeof(*g->v.gp));
	g->v.gp->epoch = htole64(g->accepted.guest_epoch);
	g->tk = tk;
	hostclock_eval(g->v.cp, 2, g->v.gp, &g->accepted, HOSTCLOCK_MONO, tsc,
		       &g->tk.cycle_last);
	hostclock_eval(g->v.cp, 2, g->v.gp, &g->accepted, HOSTCLOCK_RAW, tsc,
		       &g->tk.raw_cycle_last);
	g->tk.base[HOSTCLOCK_MONO] = guest_base(g, HOSTCLOCK_MONO, tsc, BASE_AGO);
	g->tk.base[HOSTCLOCK_RAW] = guest_base(g, HOSTCLOCK_RAW, tsc, BASE_AGO);
	guest_update(g);
}

struct hostclock_vdso_base guest_base(const struct guest *g, enum hostclock_counter which,
				      u64 tsc, u64 ago)
{
	u32 seq = hostclock_page_begin(g->v.cp);
	const struct hostclock_params *p = hostclock_newest(g->v.cp, seq);
	struct hostclock_vdso_base base = { .tsc = tsc - ago };

	base.shift = le32toh(p->shift) & 31;
	base.mult = le32toh(which == HOSTCLOCK_RAW ? p->raw_mult : p->mult);
	hostclock_eval(g->v.cp, seq, g->v.gp, &g->accepted, which, tsc, &base.ns);
	/* below 2^32 * 2^32 */
	base.ns -= ago * base.mult >> base.shift;
	return base;
}

void guest_update(struct guest *g)
{
	vvar_set_anchor(&g->v, &g->accepted);
	vvar_update(&g->v, &g->tk);
}

struct reading guest_read(struct guest *g, clockid_t id)
{
	struct vdso_timespec ts = { -1, -1 };
	struct reading r = { .syscall = g->v.clock(id, &ts) };

	if (!r.syscall) {
		r.sec = ts.sec;
		r.nsec = ts.nsec;
	}
	return r;
}

bool reading_same(const struct reading *a, const struct reading *b)
{
	return a->syscall == b->syscall && a->sec == b->sec &&
	       a->nsec == b->nsec;
}

static u64 pvclock_counter(const struct guest *g, u64 tsc)
{
	const u8 *pv = g->v.pvclock;
	int8_t shift = pv[PV_SHIFT];
	u64 start, base, delta;
	u32 mul;

	memcpy(&start, pv + PV_TSC_TIMESTAMP, sizeof(start));
	memcpy(&base, pv + PV_SYSTEM_TIME, sizeof(base));
	memcpy(&mul, pv + PV_MUL, sizeof(mul));
	delta = shift < 0 ? (tsc - start) >> -shift : (tsc - start) << shift;
	/* delta * mul >> 32 by halves; the low one's fraction is all there is */
	return base + (delta >> 32) * mul + ((delta & 0xffffffff) * mul >> 32);
}

/*
 * Deviates from the base by at most 2048 ns, and is less than 2^32 counts after
 * it; all within 2^64, so nothing can wrap here that does not there.
 */
static bool agrees(const struct hostclock_vdso_base *base, u64 tsc, u64 c)
{
	u64 passed = (tsc - base->tsc) * base->mult >> base->shift;
	s64 off = c - (base->ns + passed);

	return tsc - base->tsc <= 0xffffffff && off <= 2048 && -off <= 2048;
}

/* The counter behind a clock; false if the vDSO must not answer from it. */
static bool counter(const struct guest *g, s32 mode, bool raw, u64 tsc, u64 *c)
{
	enum hostclock_counter which = mode == VDSO_MODE_HOSTCLOCK_RAW ?
				   HOSTCLOCK_RAW : HOSTCLOCK_MONO;
	u32 seq = hostclock_page_begin(g->v.cp);

	switch (mode) {
	case VDSO_MODE_TSC:
		*c = tsc & ~(1ULL << 63);
		return true;
	case VDSO_MODE_PVCLOCK:
		*c = pvclock_counter(g, tsc) & ~(1ULL << 63);
		return true;
	}
	if (hostclock_eval(g->v.cp, seq, g->v.gp, &g->accepted, which, tsc, c) !=
	    HOSTCLOCK_OK)
		return false;
	/* the base is the clock's own, whichever counter that uses */
	return agrees(&g->tk.base[raw ? HOSTCLOCK_RAW : HOSTCLOCK_MONO], tsc, *c);
}

/* A clock at the last update: whole seconds and shifted ns, not normalised. */
static void at_update(const struct guest *g, clockid_t id, s64 *sec, u64 *snsec)
{
	const struct timekeeping *tk = &g->tk;

	*sec = tk->real_sec;
	*snsec = tk->real_snsec;
	if (id == CLOCK_TAI)
		*sec += tk->tai_sec;
	if (id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME) {
		*sec += tk->wtm_sec;
		*snsec += (u64)tk->wtm_nsec << tk->shift;
	}
	if (id == CLOCK_BOOTTIME) {
		*sec += tk->boot_sec;
		*snsec += (u64)tk->boot_nsec << tk->shift;
	}
	if (id == CLOCK_MONOTONIC_RAW) {
		*sec = tk->raw_sec;
		*snsec = tk->raw_snsec;
	}
}

static u64 scale(u64 delta, u32 mult, u64 base, u32 shift)
{
#ifdef __SIZEOF_INT128__
	unsigned __int128 sum = delta;

	return (sum * mult + base) >> shift;
#else
	/* a 32-bit program has no wider type to be independent with */
	return hostclock_scale_wide(delta, mult, base, shift);
#endif
}

struct reading guest_expect(const struct guest *g, clockid_t id, u64 tsc)
{
	const struct timekeeping *tk = &g->tk;
	bool raw = id == CLOCK_MONOTONIC_RAW;
	u64 last = raw ? tk->raw_cycle_last : tk->cycle_last;
	struct reading r = { .syscall = true };
	u64 c, snsec, ns;

	if (!counter(g, raw ? tk->raw_mode : tk->mode, raw, tsc, &c))
		return r;
	r.syscall = false;
	at_update(g, id, &r.sec, &snsec);
	ns = scale(c > last ? c - last : 0, raw ? tk->raw_mult : tk->mult,
		   snsec, tk->shift);
	if (id == CLOCK_MONOTONIC || raw) {
		r.sec += g->ns.mono_sec;
		ns += g->ns.mono_nsec;
	} else if (id == CLOCK_BOOTTIME) {
		r.sec += g->ns.boot_sec;
		ns += g->ns.boot_nsec;
	}
	r.sec += ns / HOSTCLOCK_NSEC_PER_SEC;
	r.nsec = ns % HOSTCLOCK_NSEC_PER_SEC;
	return r;
}
