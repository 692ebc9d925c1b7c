// SPDX-License-Identifier: GPL-2.0
/*
 * However late a guest's ticks are, no parameters set the clocks that programs read
 * meanwhile back by more than hostclock.rst says, and those of a host that slews its clock
 * are no jump: by chance, in the driver's own code.
 *
 *	late [--cases N] [--seed N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel.h"

#include "../../../drivers/ptp/hostclock/accepted.c"
#include "../../../drivers/ptp/hostclock/readings.c"

/* hostclock.rst: "go back by 12 us at most" */
#define MAX_BACK_NS	12000
#define SHIFT		24
#define HZ		2600000000ULL
/* Of HZ: 10^9 * 2^24 / 2.6 * 10^9 */
#define MULT		6452777U
#define MAX_PPM		2000
#define STEPS		100

static u64 rng, now, late;
static s64 worst_ns;
static struct hostclock_read_base rb;
static struct hostclock_guest_page guest;
static struct hostclock_clock_page page;
static bool busy;

unsigned int hostclock_max_slew_ppm(void)
{
	return MAX_PPM;
}

static bool all_idle(void)
{
	return !busy;
}

static u64 draw(u64 below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % below;
}

static u64 counter(const struct hostclock_params *params)
{
	return hostclock_params_counter(params, 0, HOSTCLOCK_MONO, now);
}

/* The same clocks from now on, but MONOTONIC is off by so much, and so fast. */
static struct hostclock_params go_on(const struct hostclock_params *last, s64 off_ns, s32 ppm)
{
	u64 mono_ns = counter(last) + off_ns;
	u64 raw_ns = hostclock_params_counter(last, 0, HOSTCLOCK_RAW, now);
	struct hostclock_params p = *last;

	p.cycle_last = htole64(now);
	p.mono_sec = htole64(mono_ns / HOSTCLOCK_NSEC_PER_SEC);
	p.mono_snsec = htole64(mono_ns % HOSTCLOCK_NSEC_PER_SEC << SHIFT);
	p.raw_sec = htole64(raw_ns / HOSTCLOCK_NSEC_PER_SEC);
	p.raw_snsec = htole64(raw_ns % HOSTCLOCK_NSEC_PER_SEC << SHIFT);
	p.mult = htole32(MULT + (s64)MULT * ppm / 1000000);
	return p;
}

static s32 draw_ppm(void)
{
	return (s32)draw(2 * MAX_PPM) - MAX_PPM;
}

static void begin(void)
{
	now = 1ULL << 40;
	memset(&rb, 0, sizeof(rb));
	rb.gp = &guest;
	rb.cp = &page;
	rb.params.mult = htole32(MULT);
	rb.params.raw_mult = htole32(MULT);
	rb.params.shift = htole32(SHIFT);
	rb.params.max_cycles = htole64(1ULL << 40);
	rb.params.cycle_last = htole64(now);
	rb.params.mono_sec = htole64(1000);
	busy = true;
	hostclock_set_vdso_update_tsc(now);
}

/* Mostly a tick, now and then one that is late, or very late */
static void pass(void)
{
	now += draw(2) ? draw(HZ / 500) : draw(draw(8) ? HZ / 25 : HZ);
}

/* A page that jumps, and a program that has read the clock just before */
static bool run_jumps(void)
{
	for (int i = 0; i < STEPS; i++) {
		struct hostclock_params params;
		s64 back_ns;

		pass();
		params = go_on(&rb.params, (s64)draw(200000) - 100000, draw_ppm());
		back_ns = counter(&rb.params) - counter(&params);
		if (hostclock_params_continue(&rb, &params, now)) {
			worst_ns = max(worst_ns, back_ns);
			rb.params = params;
		}
		if (draw(2))
			hostclock_set_vdso_update_tsc(now);
	}
	return worst_ns <= MAX_BACK_NS;
}

/* A host that slews its clock; in force since any time after the last look */
static bool run_slews(void)
{
	struct hostclock_params params = rb.params;

	for (int i = 0; i < STEPS; i++) {
		u64 looked = now, end;

		pass();
		end = now;
		now = looked + draw(end - looked + 1);
		params = go_on(&params, 0, draw_ppm());
		now = end;
		if (!hostclock_params_continue(&rb, &params, now)) {
			late++;
			if (!hostclock_params_slewed(&rb, &params, now))
				return false;
			rb.accepted.mono_offset += counter(&rb.params) - counter(&params);
		}
		rb.params = params;
		if (draw(2))
			hostclock_set_vdso_update_tsc(now);
	}
	return true;
}

/* After an idle time a slewed clock is followed: nobody has read it. */
static bool run_idle(void)
{
	for (int i = 0; i < STEPS; i++) {
		struct hostclock_params params = go_on(&rb.params, 0, draw_ppm());

		/* long enough that the part in which somebody may have read does not count */
		now += HZ / 20 + draw(2 * HZ);
		busy = false;
		if (!hostclock_params_continue(&rb, &params, now))
			return false;
		busy = true;
		rb.params = params;
		hostclock_set_vdso_update_tsc(now);
	}
	return true;
}

/* Whether the page has newer parameters that are in force */
static bool run_in_force(void)
{
	struct hostclock_params next = go_on(&rb.params, 0, 0);
	u64 begins = now + HZ;
	bool good;

	next.cycle_last = htole64(begins);
	page.params[0] = rb.params;
	page.params[1] = next;
	page.seq = htole32(0);
	rb.count = 0;
	good = hostclock_params_in_force(&rb, begins);
	/* published, and not yet in force */
	page.seq = htole32(2);
	good &= hostclock_params_in_force(&rb, begins - 1);
	good &= !hostclock_params_in_force(&rb, begins);
	/* and the one after it, which is not */
	page.params[0].cycle_last = htole64(begins + HZ);
	page.seq = htole32(4);
	return good && !hostclock_params_in_force(&rb, begins);
}

static bool judge(bool good, const char *name)
{
	printf("%sok - %s%s\n", good ? "" : "not ", name,
	       good ? "" : ": see above; --seed SEED repeats it");
	return good;
}

int main(int argc, char **argv)
{
	bool jumps = true, slews = true, idle = true;
	u64 cases = 20000, seed = time(NULL), i;

	for (int a = 1; a + 1 < argc; a += 2) {
		if (!strcmp(argv[a], "--cases"))
			cases = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--seed"))
			seed = strtoull(argv[a + 1], NULL, 0);
	}
	hostclock_set_max_delta(1ULL << 50);
	hostclock_set_idle(all_idle);
	hostclock_counter_set_in_use(HOSTCLOCK_MONO, true);
	for (i = 0; i < cases && jumps && slews && idle; i++) {
		rng = (seed + i) * 0x9e3779b97f4a7c15ULL | 1;
		begin();
		jumps = run_jumps();
		begin();
		slews = run_slews();
		begin();
		idle = run_idle();
	}
	printf("# seed %llu, case %llu: back by %lld ns at most, %llu slews seen late\n",
	       (unsigned long long)seed, (unsigned long long)i - 1, (long long)worst_ns,
	       (unsigned long long)late);
	jumps = judge(jumps && worst_ns > MAX_BACK_NS / 2,
		      "no page sets the clocks back by more than 12 us, however late a tick is");
	slews = judge(slews && late > cases, "a slew is no jump, however late a tick is");
	idle = judge(idle, "a slew is followed that began while all CPUs were idle");
	begin();
	return !judge(run_in_force(), "newer parameters of the page are known from later ones") ||
	       !jumps || !slews || !idle;
}
