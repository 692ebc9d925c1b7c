// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever parameters a host publishes, no reading of the driver's counters is further
 * below an earlier one than hostclock.rst says: by chance, in the driver's own code, with
 * CPUs that read by system call and through a vDSO that returns the worst that it may,
 * late ticks, and idle times. And a host that merely slews its clock makes no jump.
 *
 *	held [--cases N] [--seed N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static u64 rng, now, worst_ns, late;
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

static u64 draw(u64 below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return below ? rng % below : rng;
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

/* The worst that hostclock_vdso_agrees() lets a page make of a reading */
static bool read_vdso(enum hostclock_counter which)
{
	const struct hostclock_vdso_base *base = &vdso[which];
	u64 delta = now - base->tsc, ns;

	ns = base->ns + (delta * base->mult >> base->shift);
	ns += draw(2) ? HOSTCLOCK_VDSO_SLACK_NS : -HOSTCLOCK_VDSO_SLACK_NS;
	return !hostclock_vdso_agrees(base, now, ns) || read_is(which, ns, "the vDSO");
}

/* Parameters each of which is a little below those before, all at once */
static bool step_down(enum hostclock_counter which)
{
	struct hostclock_params params = rb.params;

	params.mult = htole32(MULT);
	params.raw_mult = htole32(MULT);
	for (s64 off = 12000; off > -14000; off -= draw(12000)) {
		u64 passed = (now - rb.base[0].tsc) * MULT >> SHIFT;

		params.cycle_last = htole64(++now);
		put(&params, rb.base[0].ns - rb.accepted.mono_offset + passed + off,
		    rb.base[1].ns - rb.accepted.raw_offset + passed + off);
		take(&params);
		if (!read_is(which, hostclock_extrapolate(&rb, which, now), "the kernel"))
			return false;
	}
	return true;
}

/* A CPU whose TSC is behind may read less than others have, but no more than it may. */
static void read_behind(enum hostclock_counter which)
{
	u64 ns = hostclock_extrapolate(&rb, which, now - draw(HOSTCLOCK_MAX_CPU_SKEW));

	if ((s64)(ns - highest[which]) > 0)
		highest[which] = ns;
}

static bool step(void)
{
	enum hostclock_counter which = draw(2);
	struct hostclock_params params;
	u64 awake;

	now += draw(8) ? draw(HZ / 100000) : draw(draw(16) ? HZ / 200 : HZ / 10);
	switch (draw(8)) {
	case 0:
		tick();
		return true;
	case 1:
		/* all CPUs sleep from some time after a tick on, and this one wakes up */
		tick();
		awake = rb.base_counts - rb.base_counts / 100;
		now += draw(2) ? draw(awake) : awake;
		if (!read_vdso(which))
			return false;
		now += draw(draw(2) ? HZ / 5000 : 2 * HZ);
		busy = false;
		params = draw_params();
		take(&params);
		tick();
		busy = true;
		break;
	case 2:
		params = draw_params();
		if (!take(&params)) {
			accept(&params);
			memcpy(vdso, rb.base, sizeof(vdso));
		}
		break;
	case 3:
		return read_vdso(which);
	case 4:
		return step_down(which);
	default:
		params = draw(2) ? draw_params() : rb.params;
		take(&params);
		read_behind(which);
	}
	return read_is(which, hostclock_extrapolate(&rb, which, now), "the kernel");
}

/* The next parameters of a host that slews its clock, in force since a moment ago */
static struct hostclock_params draw_slewed(const struct hostclock_params *last, u64 looked)
{
	u64 begins = looked + draw(now - looked + 1);
	struct hostclock_params p = *last;

	p.cycle_last = htole64(begins);
	put(&p, hostclock_params_counter(last, 0, HOSTCLOCK_MONO, begins),
	    hostclock_params_counter(last, 0, HOSTCLOCK_RAW, begins));
	p.mult = htole32(MULT + draw_around(MULT / 500));
	return p;
}

/* The page says what the host published last; the guest may not have accepted it. */
static void publish(const struct hostclock_params *params)
{
	u32 count = le32toh(page.seq) / 2 + 1;

	page.params[count & 1] = *params;
	page.seq = htole32(count * 2);
}

/* The counter goes on by them: with the offsets as they are, or others. */
static bool follow_slew(const struct hostclock_params *params)
{
	u64 before;

	/* Who is not held from it reads what the page says. */
	if (take(params))
		return hostclock_extrapolate(&rb, HOSTCLOCK_MONO, now) ==
		       hostclock_own_counter(&rb, HOSTCLOCK_MONO, now);
	if (hostclock_params_continue(&rb, params, now)) {
		accept(params);
		return true;
	}
	late++;
	before = hostclock_extrapolate(&rb, HOSTCLOCK_MONO, now);
	if (!hostclock_params_slewed(&rb, params, now))
		return false;
	accept(params);
	return hostclock_extrapolate(&rb, HOSTCLOCK_MONO, now) == before;
}

/* Parameters that continue those before them are no jump, however late they are seen. */
static bool run_slewed(void)
{
	struct hostclock_params params = rb.params;
	u64 looked = now;

	for (int i = 0; i < STEPS; i++) {
		now += draw(2) ? draw(HZ / 500) : draw(draw(8) ? HZ / 50 : HZ);
		if (draw(2)) {
			params = draw_slewed(&params, looked);
			publish(&params);
		}
		looked = now;
		/* A tick reads the clock, asks for a resync, and goes on. */
		if (!draw(4) && (le32toh(page.seq) / 2 == rb.count || !take(&params)))
			tick();
		if (!follow_slew(&params)) {
			printf("# a jump, %llu counts after the last vDSO update\n",
			       (unsigned long long)(now - rb.base[0].tsc));
			return false;
		}
		rb.count = le32toh(page.seq) / 2;
		if (!draw(4))
			tick();
	}
	return true;
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

static bool run(void)
{
	begin();
	for (int i = 0; i < STEPS; i++)
		if (!step())
			return false;
	return true;
}

/* The same clocks from now on, but MONOTONIC is off by so much, and any that is so fast */
static struct hostclock_params go_on(const struct hostclock_params *last, s64 off_ns)
{
	struct hostclock_params p = draw_slewed(last, now);
	u64 raw_ns = hostclock_params_counter(last, 0, HOSTCLOCK_RAW, now);

	put(&p, hostclock_params_counter(last, 0, HOSTCLOCK_MONO, now) + off_ns, raw_ns);
	return p;
}

/* A page that jumps, and a program that has read the clock just before */
static bool run_jumps(void)
{
	for (int i = 0; i < STEPS; i++) {
		struct hostclock_params params;
		s64 back_ns;

		now += draw(2) ? draw(HZ / 500) : draw(draw(8) ? HZ / 25 : HZ);
		params = go_on(&rb.params, draw_around(100000));
		back_ns = hostclock_extrapolate(&rb, HOSTCLOCK_MONO, now);
		take(&params);
		back_ns -= hostclock_extrapolate(&rb, HOSTCLOCK_MONO, now);
		worst_call_ns = max(worst_call_ns, back_ns);
		if (draw(2))
			tick();
	}
	return worst_call_ns <= MAX_CALL_BACK_NS;
}

/* After an idle time a slewed clock is followed: nobody has read it. */
static bool run_idle(void)
{
	for (int i = 0; i < STEPS; i++) {
		struct hostclock_params params = go_on(&rb.params, 0);

		/* long enough that the part in which somebody may have read does not count */
		now += HZ / 20 + draw(2 * HZ);
		busy = false;
		if (!take(&params) || hostclock_extrapolate(&rb, HOSTCLOCK_MONO, now) !=
				      hostclock_params_counter(&params, 0, HOSTCLOCK_MONO, now))
			return false;
		busy = true;
		tick();
	}
	return true;
}

/*
 * Parameters change, but say that they began long ago.  One of them may be that late;
 * what others gain is 1 ms in 250 ms, while 400 ticks take 1.6 s.
 */
static bool run_ahead(void)
{
	int ahead = 0;

	now += 100 * HZ;
	tick();
	for (int i = 0; i < STEPS; i++) {
		struct hostclock_params params = rb.params;
		u64 mono_ns = hostclock_params_ns(&params, HOSTCLOCK_MONO, 0);

		now += HZ / 250;
		tick();
		put(&params, mono_ns + 1000000, hostclock_params_ns(&params, HOSTCLOCK_RAW, 0));
		ahead += hostclock_params_continue(&rb, &params, now);
		take(&params);
	}
	return ahead >= 1 && ahead <= 8;
}

/* Whether the page has newer parameters that are in force */
static bool run_in_force(void)
{
	struct hostclock_params next = go_on(&rb.params, 0);
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

static bool judge(bool good, const char *name, const char *why)
{
	printf("%sok - %s%s%s\n", good ? "" : "not ", name, good ? "" : ": ", good ? "" : why);
	return good;
}

static void run_all(u64 cases, u64 seed, bool good[5])
{
	bool (*const runs[5])(void) = { run, run_slewed, run_jumps, run_idle, run_ahead };
	u64 i;

	for (i = 0; i < cases && good[0] && good[1] && good[2] && good[3] && good[4]; i++) {
		rng = (seed + i) * 0x9e3779b97f4a7c15ULL | 1;
		for (int r = 0; r < 5; r++) {
			begin();
			honest = r == 1 || r == 3;
			good[r] = runs[r]();
		}
	}
	printf("# seed %llu, case %llu: back by %llu ns at most, by system call %lld, %llu slews seen late\n",
	       (unsigned long long)seed, (unsigned long long)i - 1, (unsigned long long)worst_ns,
	       (long long)worst_call_ns, (unsigned long long)late);
}

int main(int argc, char **argv)
{
	static const char repeat[] = "see above; --seed SEED repeats it";
	bool good[5] = { true, true, true, true, true }, all;
	u64 cases = 20000, seed = time(NULL);

	for (int a = 1; a + 1 < argc; a += 2) {
		if (!strcmp(argv[a], "--cases"))
			cases = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--seed"))
			seed = strtoull(argv[a + 1], NULL, 0);
	}
	hostclock_set_max_delta(1ULL << 50);
	hostclock_set_idle(all_idle);
	hostclock_counter_set_in_use(HOSTCLOCK_MONO, true);
	run_all(cases, seed, good);
	all = judge(good[0], "no reading is more than 17 us below an earlier one", repeat);
	all &= judge(worst_ns >= MAX_BACK_NS / 2 && worst_call_ns >= MAX_CALL_BACK_NS / 2,
		     "pages get more than half as far", "they do not");
	all &= judge(good[1] && late > cases, "a slew is no jump, however late a tick is", repeat);
	all &= judge(good[2], "no page sets the kernel's clocks back by more than 12 us, however late a tick is",
		     repeat);
	all &= judge(good[3], "a slew is followed that began while all CPUs were idle", repeat);
	all &= judge(good[4], "parameters that say they began long ago are that late only once", repeat);
	begin();
	all &= judge(run_in_force(), "newer parameters of the page are known from later ones",
		     "one is not");
	return !all;
}
