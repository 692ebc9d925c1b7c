// SPDX-License-Identifier: GPL-2.0
/* Sets up a vDSO image's data pages to run in a given mode; see modes.h. */
#include <err.h>
#include <string.h>
#include <time.h>

#include <hostclock/line.h>
#include <hostclock/writer.h>

#include "modes.h"
#include "vdso-offsets.h"

/*
 * 24 bits of fraction, as the kernel picks for a few GHz: mult is below 2^32
 * for anything above 4 MHz.
 */
#define SHIFT	24

/* How far the image's clocks are ahead of the host's. */
#define AHEAD_SEC	3600

const char *const mode_names[MODE_COUNT] = {
	[MODE_TSC] = "TSC", [MODE_PVCLOCK] = "pvclock",
	[MODE_HOSTCLOCK] = "hostclock", [MODE_LIVE] = "hostclock (LIVE)",
	[MODE_STOCK] = "the line page",
};

static u64 now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * HOSTCLOCK_NSEC_PER_SEC + ts.tv_nsec;
}

u32 mode_tsc_khz(void)
{
	u64 ns = now_ns(CLOCK_MONOTONIC_RAW), tsc = hostclock_rdtsc();

	while (now_ns(CLOCK_MONOTONIC_RAW) - ns < 50000000)
		;
	/* 10^6 * (ticks in 50 ms, below 2^30 at 10 GHz) stays below 2^50 */
	tsc = hostclock_rdtsc() - tsc;
	return tsc * 1000000 / (now_ns(CLOCK_MONOTONIC_RAW) - ns);
}

static u32 mult_of(u32 khz)
{
	return (1000000ULL << SHIFT) / khz;
}

static void set_time(struct timekeeping *tk)
{
	u64 real = now_ns(CLOCK_REALTIME), mono = now_ns(CLOCK_MONOTONIC);
	s64 wtm;

	tk->real_sec = real / HOSTCLOCK_NSEC_PER_SEC + AHEAD_SEC;
	tk->real_snsec = (real % HOSTCLOCK_NSEC_PER_SEC) << tk->shift;
	/* MONOTONIC - REALTIME is negative: round its seconds down */
	wtm = mono - real;
	tk->wtm_sec = wtm / (s64)HOSTCLOCK_NSEC_PER_SEC - 1;
	tk->wtm_nsec = (wtm - tk->wtm_sec * (s64)HOSTCLOCK_NSEC_PER_SEC) %
		       HOSTCLOCK_NSEC_PER_SEC;
	tk->tai_sec = 37;
}

/* As KVM has it: ns = ((tsc - timestamp) >> -shift) * mul >> 32. */
static void setup_pvclock(struct vvar *v, u64 tsc, u32 khz)
{
	u64 mul = (1000000ULL << 32) / khz;
	u8 *pv = v->pvclock;
	int shift = 0;

	while (mul < 1ULL << 31) {
		mul <<= 1;
		shift--;
	}
	memcpy(pv + PV_TSC_TIMESTAMP, &tsc, sizeof(tsc));
	memcpy(pv + PV_MUL, &mul, sizeof(u32));
	pv[PV_SHIFT] = shift;
	pv[PV_FLAGS] = PV_FLAG_TSC_STABLE;
}

static const struct hostclock_accepted accepted = {
	.clock_epoch = 0x1111, .guest_epoch = 0x2222,
	.tsc_offset = 1ULL << 40, .mono_offset = -(1ULL << 34),
};

void mode_tick(struct vvar *v, enum mode which)
{
	struct hostclock_vdso_base base = { .shift = SHIFT };
	const struct hostclock_params *p;
	u32 seq;

	if (which != MODE_HOSTCLOCK && which != MODE_LIVE)
		return;
	seq = hostclock_page_begin(v->cp);
	p = hostclock_newest(v->cp, seq);
	base.tsc = hostclock_rdtsc();
	base.mult = le32toh(p->mult);
	hostclock_eval(v->cp, seq, v->gp, &accepted, HOSTCLOCK_MONO, base.tsc,
		       &base.ns);
	base.tsc -= HOSTCLOCK_MAX_CPU_SKEW;
	base.ns -= HOSTCLOCK_MAX_CPU_SKEW * base.mult >> SHIFT;
	vvar_set_base(v, HOSTCLOCK_MONO, &base);
	vvar_set_base(v, HOSTCLOCK_RAW, &base);
}

/* Returns what the counter is at TSC. */
static u64 setup_hostclock(struct vvar *v, u64 tsc, u32 khz)
{
	const u64 second = HOSTCLOCK_NSEC_PER_SEC;
	struct hostclock_params *p = hostclock_page_claim(v->cp);
	u64 c = now_ns(CLOCK_MONOTONIC), mono = c - accepted.mono_offset;

	p->epoch = htole64(accepted.clock_epoch);
	p->cycle_last = htole64(tsc - accepted.tsc_offset);
	p->mult = htole32(mult_of(khz));
	p->raw_mult = p->mult;
	p->shift = htole32(SHIFT);
	p->max_cycles = htole64(~(second << SHIFT) / mult_of(khz));
	p->mono_sec = htole64(mono / second);
	p->mono_snsec = htole64((mono % second) << SHIFT);
	hostclock_page_publish(v->cp);
	v->gp->epoch = htole64(accepted.guest_epoch);
	vvar_set_anchor(v, &accepted);
	return c;
}

/* The same for the line page.  mult is below 2^24, as a tick takes less than 1 ns. */
static u64 setup_line(struct vvar *v, u64 tsc, u32 khz)
{
	struct hostclock_course c = { .scale = (u64)mult_of(khz) << (64 - SHIFT) };
	u64 ns = now_ns(CLOCK_MONOTONIC);

	c.offset = ns - hostclock_course_ns(&c, tsc);
	hostclock_line_open(v->line, &c, 1);
	return ns;
}

void mode_setup(struct vvar *v, enum mode which, u32 tsc_khz)
{
	/* A counter in ns, as the kernel sets it up: mult is exactly 1 << 23. */
	struct timekeeping tk = { .shift = 23, .mult = 1 << 23 };
	u64 tsc;

	set_time(&tk);
	tsc = hostclock_rdtsc();
	switch (which) {
	case MODE_TSC:
		tk.mode = VDSO_MODE_TSC;
		tk.shift = SHIFT;
		tk.real_snsec <<= SHIFT - 23;
		tk.mult = mult_of(tsc_khz);
		tk.cycle_last = tsc;
		break;
	case MODE_PVCLOCK:
		tk.mode = VDSO_MODE_PVCLOCK;
		setup_pvclock(v, tsc, tsc_khz);
		break;
	case MODE_STOCK:
		tk.mode = VDSO_MODE_HVCLOCK;
		tk.cycle_last = setup_line(v, tsc, tsc_khz);
		break;
	default:
		if (which == MODE_LIVE)
			v->cp->features = htole64(HOSTCLOCK_FEATURE_LIVE);
		tk.mode = VDSO_MODE_HOSTCLOCK;
		tk.cycle_last = setup_hostclock(v, tsc, tsc_khz);
		break;
	}
	/* with 11 % in reserve for steering, as the kernel has it */
	tk.max_cycles = ~0ULL / (tk.mult + tk.mult * 11ULL / 100);
	tk.raw_mode = tk.mode;
	tk.raw_mult = tk.mult;
	tk.raw_cycle_last = tk.cycle_last;
	vvar_update(v, &tk);
	mode_tick(v, which);
}

static void check_clock(const struct vvar *v, enum mode which, clockid_t id)
{
	struct vdso_timespec ts = { 0, 0 };
	s64 ahead;

	if (v->clock(id, &ts))
		errx(1, "mode %s: the image returns an error", mode_names[which]);
	ahead = ts.sec * (s64)HOSTCLOCK_NSEC_PER_SEC + ts.nsec - now_ns(id) -
		AHEAD_SEC * (s64)HOSTCLOCK_NSEC_PER_SEC;
	/* setting up takes some us, but longer on a machine that is busy meanwhile */
	if (ahead < -1000000000 || ahead > 1000000000)
		errx(1, "mode %s: clock %d is %lld ns off", mode_names[which], id,
		     (long long)ahead);
}

void mode_check(const struct vvar *v, enum mode which)
{
	check_clock(v, which, CLOCK_REALTIME);
	check_clock(v, which, CLOCK_MONOTONIC);
}
