// SPDX-License-Identifier: GPL-2.0
/*
 * Watching clocks that cease to be a function of the TSC, and are one again: the
 * exporter's own watching, of a made-up host.  Looks are 100 ms apart.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rate.h"
#include "clock/relation.h"
#include "madeup.h"

#define LOOK_NS		100000000ULL
#define CPUS		2
/* Looks in which every CPU is visited, and those in which all is well again. */
#define MANY		100
#define SOON		6

static const struct costs narrow = { 44, 52, 88, 304, 354 };
static const struct costs wide = { 44, 52, 1700, 304, 1650 };

static struct {
	u64 tsc;
	u64 raw_ns;
	u64 mono_ns;
	u64 mhz;
	s64 slew_ppm;
	struct costs cost;
	int cpu;
	s64 cpu_off_ns[CPUS];
} host;

static struct relation relation;
static struct clock_sample sample;
static bool failed;

void pass(u64 ns)
{
	host.tsc += ns * host.mhz / 1000;
	host.raw_ns += ns;
	host.mono_ns += ns + (s64)ns / 1000 * host.slew_ppm / 1000;
}

/* What the exporter would measure. */
u64 reading_ns(clockid_t id)
{
	pass(20);
	return (id == CLOCK_MONOTONIC_RAW ? host.raw_ns : host.mono_ns) +
	       host.cpu_off_ns[host.cpu];
}

struct reading reading_take(clockid_t id)
{
	struct reading r = { .width = host.cost.clock };

	pass(1000);
	r.tsc = host.tsc;
	r.ns = reading_ns(id) - 20;
	return r;
}

void reading_costs(struct costs *c, bool calls)
{
	(void)calls;
	*c = host.cost;
}

bool cpus_go(struct cpus *c, int cpu)
{
	(void)c;
	pass(10000);
	host.cpu = cpu;
	return true;
}

void cpus_return(struct cpus *c)
{
	(void)c;
	host.cpu = 0;
}

static void result(const char *name, bool good)
{
	printf("%sok - %s", good ? "" : "not ", name);
	if (!good)
		printf(": problem \"%s\", bound %llu ns, renewed %d",
		       sample.problem ? sample.problem : "none",
		       (unsigned long long)sample.half_ns, sample.renewed);
	putchar('\n');
	failed |= !good;
}

static int begin(bool any, struct problem *why)
{
	memset(&host, 0, sizeof(host));
	host.tsc = 1000000000000;
	host.raw_ns = 5000000000;
	host.mono_ns = 7000000000;
	host.mhz = 2600;
	host.cost = narrow;
	return relation_open(&relation, 500000, any, why);
}

static void start(void)
{
	struct problem why;

	if (begin(false, &why)) {
		printf("not ok - good clocks are taken: %s\n", why.text);
		failed = true;
	}
}

static void look(void)
{
	pass(LOOK_NS);
	memset(&sample, 0, sizeof(sample));
	relation_poll(&relation, &sample);
}

/* Is the sample the host's MONOTONIC, within its bound? */
static bool is_true(void)
{
	s64 since_ns = (s64)(host.tsc - sample.tsc) * 1000 / (s64)host.mhz;
	s64 off = sample.mono_ns + since_ns - host.mono_ns;

	return off <= (s64)sample.half_ns + 2 && -off <= (s64)sample.half_ns + 2;
}

/* Good for that many looks? */
static bool holds(int looks)
{
	while (looks--) {
		look();
		if (sample.problem || !is_true())
			return false;
	}
	return true;
}

/* Lost at the next look, for that reason and with an honest bound? */
static bool lost(const char *why)
{
	look();
	return sample.problem && strstr(sample.problem, why) && is_true();
}

/* Good again soon, and said so once? */
static bool regained(void)
{
	int renewed = 0, i;

	for (i = 0; i < SOON; i++) {
		look();
		if (!is_true())
			return false;
		renewed += sample.renewed && !sample.problem;
	}
	return !sample.problem && renewed == 1 && sample.half_ns < 100;
}

static void jumps(void)
{
	start();
	host.raw_ns += 200000;
	host.mono_ns += 200000;
	result("a jump by 200 us is lost at once", lost("CLOCK_MONOTONIC_RAW jumped by") &&
	       sample.half_ns >= 200000 && !sample.renewed);
	result("and regained", regained() && holds(MANY));
	host.raw_ns += 5 * NSEC_PER_SEC;
	host.mono_ns += 5 * NSEC_PER_SEC;
	result("one by 5 s, too, and is gone along with",
	       lost("CLOCK_MONOTONIC_RAW jumped by") && sample.renewed);
	result("and regained as well", regained() && holds(MANY));
	host.mono_ns -= 100000;
	result("MONOTONIC alone", lost("CLOCK_MONOTONIC went -"));
	result("and regained, too", regained() && holds(MANY));
}

static void tsc_back(void)
{
	start();
	host.tsc -= 26000000000;
	result("a TSC that goes back by 10 s is lost at once",
	       lost("the TSC went back by 9") && sample.renewed);
	result("and regained from there", regained() && holds(MANY));
}

static void slews(void)
{
	start();
	host.slew_ppm = 400;
	result("slewing by 400 ppm is none", holds(MANY));
	host.slew_ppm = -80;
	result("nor the way back", holds(MANY));
	host.slew_ppm = 600;
	result("by 680 it is, where --max-slew says 500", lost("--max-slew"));
	result("and is followed from then on", regained() && holds(MANY));
}

/* Between two looks the rate changes so often. */
static void look_slewed(s64 most_ppm, int changes)
{
	static u32 seed = 1;
	int i;

	for (i = 0; i < changes; i++) {
		seed = seed * 1664525 + 1013904223;
		host.slew_ppm = (s64)(seed >> 8) % (2 * most_ppm + 1) - most_ppm;
		pass(LOOK_NS / changes);
	}
	memset(&sample, 0, sizeof(sample));
	relation_poll(&relation, &sample);
}

static void slews_to_and_fro(void)
{
	int i;

	start();
	for (i = 0; i < MANY && !sample.problem; i++) {
		host.slew_ppm = i % 2 ? 500 : -500;
		look();
	}
	result("from -500 to 500 ppm and back each time is none", !sample.problem && is_true());
	for (i = 0; i < MANY && !sample.problem; i++)
		look_slewed(500, 5);
	result("nor is any slewing by that 50 times a second", !sample.problem && is_true());
	for (i = 0; i <= 100 && !sample.problem; i++) {
		host.slew_ppm = 10 * i;
		look();
	}
	for (i = 0; i < MANY && !sample.problem; i++)
		look_slewed(1000, 1);
	result("nor by 1000 ppm where that has been seen", !sample.problem && is_true());
	host.slew_ppm = 0;
	result("which is expected for a while", holds(10 * MANY));
	host.slew_ppm = 800;
	result("only", lost("--max-slew"));
}

static void costs(void)
{
	start();
	host.cost = wide;
	result("two readings that take long are chance", holds(2));
	result("three are not", lost("it is not read from the TSC any more"));
	look();
	result("and stay so", !holds(1) && !holds(MANY) && is_true());
	host.cost = narrow;
	while (sample.problem && relation.polls < 10 * MANY)
		look();
	result("until they do not", holds(MANY));
}

static void cpu_differs(void)
{
	struct problem why;
	int i;

	start();
	result("CPUs that agree are no problem", holds(MANY));
	host.cpu_off_ns[1] = 1000;
	for (i = 0; i < MANY && !sample.problem; i++)
		look();
	result("one that differs by 1 us is found",
	       sample.problem && strstr(sample.problem, "CPU 1"));
	for (i = 0; i < MANY && sample.problem; i++)
		look();
	result("and stays found", i == MANY && strstr(sample.problem, "CPU 1"));
	host.cpu_off_ns[1] = 0;
	result("until it agrees", regained() && holds(MANY));
	begin(false, &why);
	host.cpu_off_ns[1] = 1000;
	result("with it, nothing starts", relation_open(&relation, 500000, false, &why) &&
	       strstr(why.text, "CPU 1"));
}

static void other_rate(void)
{
	int i;

	start();
	host.mhz = 2700;
	result("another frequency is lost at once", lost("CLOCK_MONOTONIC_RAW jumped by"));
	for (i = 0; i < MANY && sample.problem; i++)
		look();
	result("and for good", i == MANY && strstr(sample.problem, "counts 2700.000 MHz"));
}

static void other_counter(void)
{
	struct problem why;

	begin(false, &why);
	host.cost = wide;
	result("another counter is not taken at the start",
	       relation_open(&relation, 500000, false, &why) &&
	       strstr(why.text, "is not read from the TSC"));
	result("but for a simulated clock, with the TSC's rate",
	       !relation_open(&relation, 500000, true, &why) &&
	       rate_diff_ppb(relation.raw.rate, rate_of(1000, 2600)) / 1000 == 0);
}

int main(void)
{
	start();
	result("good clocks are", holds(MANY));
	jumps();
	tsc_back();
	slews();
	slews_to_and_fro();
	costs();
	cpu_differs();
	other_rate();
	other_counter();
	return failed;
}
