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
#include <string.h>

#include "held.h"

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

static const struct {
	bool (*run)(void);
	bool honest;
	const char *name;
} runs[] = {
	{ run, false, "no reading is more than 17 us below an earlier one" },
	{ run_slewed, true, "a slew is no jump, however late a tick is" },
	{ run_jumps, false,
	  "no page sets the kernel's clocks back by more than 12 us, however late a tick is" },
	{ run_idle, true, "a slew is followed that began while all CPUs were idle" },
	{ run_ahead, false, "parameters that say they began long ago are that late only once" },
};

#define NR_RUNS	(sizeof(runs) / sizeof(*runs))

/* Return which one failed, NR_RUNS if none did. */
static size_t run_all(u64 cases, u64 seed)
{
	size_t r = NR_RUNS;
	u64 i;

	for (i = 0; i < cases && r == NR_RUNS; i++) {
		draw_seed(seed + i);
		for (r = 0; r < NR_RUNS; r++) {
			begin();
			honest = runs[r].honest;
			if (!runs[r].run())
				break;
		}
	}
	printf("# seed %llu, case %llu: back by %llu ns at most, by system call %lld\n",
	       (unsigned long long)seed, (unsigned long long)i - 1, (unsigned long long)worst_ns,
	       (long long)worst_call_ns);
	printf("# %llu slews seen late\n", (unsigned long long)late);
	return r;
}

int main(int argc, char **argv)
{
	u64 cases, seed;
	size_t failed;
	bool all;

	draw_options(argc, argv, &cases, &seed);
	hostclock_set_max_delta(1ULL << 50);
	hostclock_set_idle(all_idle);
	hostclock_counter_set_in_use(HOSTCLOCK_MONO, true);
	failed = run_all(cases, seed);
	begin();
	all = judge(run_in_force(), "newer parameters of the page are known from later ones",
		    "one is not");
	for (size_t r = 0; r < NR_RUNS && r <= failed; r++)
		all &= judge(r != failed, runs[r].name, "see above; --seed SEED repeats it");
	if (failed == NR_RUNS)
		all &= judge(worst_ns >= MAX_BACK_NS / 2 && worst_call_ns >= MAX_CALL_BACK_NS / 2 &&
			     late > cases, "pages get more than half as far", "they do not");
	return !all;
}
