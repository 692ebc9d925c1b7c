/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that accepts parameters by the driver's own code, and pages that say anything.
 */
#ifndef _NATIVE_HELD_H
#define _NATIVE_HELD_H

#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "kernel.h"

#include "../../../drivers/ptp/hostclock/accepted.c"
#include "../../../drivers/ptp/hostclock/gap.c"
#include "../../../drivers/ptp/hostclock/sets.c"
#include "../../../drivers/ptp/hostclock/readings.c"

/* hostclock.rst: "go back by 17 us at most", "within 12 us by system call" */
#define MAX_BACK_NS	17000
#define MAX_CALL_BACK_NS	12000
#define SHIFT		24
#define HZ		2600000000ULL
/* Of HZ: 10^9 * 2^24 / 2.6 * 10^9 */
#define MULT		6452777U
#define STEPS		400

static u64 now, worst_ns, late;
static s64 worst_call_ns;
static struct hostclock_read_base rb;
static struct hostclock_guest_page guest;
static struct hostclock_clock_page page;
/* What the vDSO has, and the highest reading so far */
static struct hostclock_vdso_base vdso[2];
static u64 highest[2];
/* Is any CPU not idle? */
static bool busy;
/* Does the page have what the host's clocks are? */
static bool honest;

unsigned int hostclock_max_slew_ppm(void)
{
	return 2000;
}

static bool all_idle(void)
{
	return !busy;
}

static s64 draw_around(s64 most)
{
	if (draw(2))
		return draw(2) ? most : -most;
	return (s64)draw(2 * most + 1) - most;
}

static bool read_is(enum hostclock_counter which, u64 ns, const char *how)
{
	if ((s64)(highest[which] - ns) > (s64)worst_ns)
		worst_ns = highest[which] - ns;
	if ((s64)(ns - highest[which]) > 0)
		highest[which] = ns;
	if (worst_ns <= MAX_BACK_NS)
		return true;
	printf("# by %s of counter %d, %llu counts after the last vDSO update\n", how, which,
	       (unsigned long long)(now - vdso[which].tsc - HOSTCLOCK_MAX_CPU_SKEW));
	return false;
}

/* The worst that hostclock_vdso_agrees() lets a page make of a reading */
static bool read_vdso(enum hostclock_counter which)
{
	const struct hostclock_vdso_base *base = &vdso[which];
	u64 delta = now - base->tsc, ns;

	ns = base->ns + (delta * base->mult >> base->shift);
	ns += draw(2) ? HOSTCLOCK_VDSO_SLACK_NS : -HOSTCLOCK_VDSO_SLACK_NS;
	return !hostclock_vdso_agrees(base, now, ns) || read_is(which, ns, "the vDSO");
}

static void put(struct hostclock_params *p, u64 mono_ns, u64 raw_ns)
{
	p->mono_sec = htole64(mono_ns / HOSTCLOCK_NSEC_PER_SEC);
	p->mono_snsec = htole64(mono_ns % HOSTCLOCK_NSEC_PER_SEC << SHIFT);
	p->raw_sec = htole64(raw_ns / HOSTCLOCK_NSEC_PER_SEC);
	p->raw_snsec = htole64(raw_ns % HOSTCLOCK_NSEC_PER_SEC << SHIFT);
}

/* Parameters that may be anything; most often near what the last were. */
static struct hostclock_params draw_params(void)
{
	static const s64 offs[] = { 0, 1000, 11900, 11900, 30000, 1000000, 1000000000 };
	struct hostclock_params p = rb.params;
	u64 age = draw(4) ? draw(HZ / 1000) : draw(HZ * 10);
	s64 off = offs[draw(sizeof(offs) / sizeof(*offs))];
	u64 back = age * MULT >> SHIFT, mono, raw;

	mono = hostclock_params_counter(&rb.params, 0, HOSTCLOCK_MONO, now);
	raw = hostclock_params_counter(&rb.params, 0, HOSTCLOCK_RAW, now);
	if (draw(4)) {
		/* back to where the base would have it */
		u64 passed = (now - rb.base[0].tsc) * MULT >> SHIFT;

		mono = rb.base[0].ns - rb.accepted.mono_offset + passed;
		raw = rb.base[1].ns - rb.accepted.raw_offset + passed;
	}
	if (!draw(4)) {
		/* in the future, by no more than CPUs differ */
		age = -draw(HOSTCLOCK_MAX_CPU_SKEW);
		back = 0;
	}
	p.cycle_last = htole64(now - age);
	p.raw_mult = htole32(draw(8) ? MULT : MULT + draw_around(MULT / 8));
	p.mult = htole32(le32toh(p.raw_mult) + draw_around(le32toh(p.raw_mult) / 500));
	put(&p, mono - back + draw_around(off), raw - back + (draw(2) ? 0 : draw_around(off)));
	return p;
}

/* Those before them, of which the page may say anything, too */
static struct hostclock_params draw_previous(const struct hostclock_params *params)
{
	static const s64 offs[] = { 0, 1, 64, 1000, 40000, 1000000000 };
	u64 counts = draw(2 * HOSTCLOCK_MAX_CPU_SKEW), ns = counts * MULT >> SHIFT;
	struct hostclock_params p = *params;
	s64 off = draw_around(offs[draw(sizeof(offs) / sizeof(*offs))]);

	p.epoch = htole64(honest ? 0 : draw(4));
	p.cycle_last = htole64(le64toh(p.cycle_last) - counts);
	put(&p, hostclock_params_ns(params, HOSTCLOCK_MONO, 0) - ns + off,
	    hostclock_params_ns(params, HOSTCLOCK_RAW, 0) - ns + off);
	if (!draw(8))
		p.mono_sec = htole64(9000000000);
	return p;
}

/* As the driver's counter.c does for a reading that is not on its fast path */
static bool take(const struct hostclock_params *params)
{
	struct hostclock_params previous = draw_previous(params);
	bool good = hostclock_params_continue(&rb, params, now);

	if (good)
		hostclock_params_replace(&rb, params, &previous, now);
	good &= hostclock_base_reached(&rb, now);
	if (hostclock_base_expired(&rb, now))
		hostclock_base_renew(&rb, now);
	return good;
}

/* And its accept.c, for what does not continue: a jump, which changes the offsets. */
static void accept(const struct hostclock_params *params)
{
	struct hostclock_params previous = draw_previous(params);
	struct hostclock_read_base new = rb;
	int which;

	hostclock_params_set(&new, &rb, params, &previous, now);
	if (!hostclock_params_continue(&rb, params, now))
		for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
			*(which ? &new.accepted.raw_offset : &new.accepted.mono_offset) =
				hostclock_extrapolate_by(&rb, &guest, which, now) -
				hostclock_params_counter(params, 0, which, now);
	hostclock_base_set(&new, now);
	rb = new;
}

static void tick(void)
{
	hostclock_base_renew(&rb, now);
	memcpy(vdso, rb.base, sizeof(vdso));
}

static void begin(void)
{
	now = 1ULL << 40;
	memset(&rb, 0, sizeof(rb));
	rb.gp = &guest;
	rb.cp = &page;
	rb.params.cycle_last = htole64(now);
	rb.params.mult = htole32(MULT);
	rb.params.raw_mult = htole32(MULT);
	rb.params.shift = htole32(SHIFT);
	rb.params.max_cycles = htole64(1ULL << 40);
	put(&rb.params, 1000 * HOSTCLOCK_NSEC_PER_SEC, 2000 * HOSTCLOCK_NSEC_PER_SEC);
	rb.params_tsc = now;
	memset(highest, 0, sizeof(highest));
	memset(&page, 0, sizeof(page));
	busy = true;
	hostclock_base_set(&rb, now);
	tick();
}

#endif /* _NATIVE_HELD_H */
