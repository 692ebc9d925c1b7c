// SPDX-License-Identifier: GPL-2.0
/* Which clocks are a function of the TSC: the judgement, by made-up readings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/accept.h"
#include "base/rate.h"

#define LOOKS		21
#define LOOK_NS		10000000ULL
#define CASES		20000
#define MAX_SLEW_PPB	500000

static bool failed;

/**
 * struct host - a host with made-up clocks
 * @name:	the clocksource
 * @mhz:	the TSC's frequency
 * @cost:	what readings take, in ticks
 * @steps_ns:	in which its clocks move, 0 for 1 ns
 * @step_ns:	the same as it is seen
 * @slew_ppb:	MONOTONIC against RAW
 * @jump_at:	the look from which on RAW and MONOTONIC are @jump_ns ahead
 * @jump_ns:	ditto
 * @back_at:	the look at which the TSC goes back by @back ticks, or 0
 * @back:	ditto
 */
struct host {
	const char *name;
	u64 mhz;
	struct costs cost;
	u64 steps_ns;
	u64 step_ns;
	s64 slew_ppb;
	unsigned int jump_at;
	s64 jump_ns;
	unsigned int back_at;
	u64 back;
};

/* Costs: pair, coarse, clock, call_coarse, call.  Measured, but where it says so. */
static const struct host tsc = { .name = "tsc", .mhz = 2600,
	.cost = { 44, 52, 88, 304, 354 } };
static const struct host kvm_clock = { .name = "kvm-clock", .mhz = 2600,
	.cost = { 46, 56, 106, 338, 406 } };
/* Emulated, beside other guests; its calls are made up. */
static const struct host kvm_clock_busy = { .name = "kvm-clock", .mhz = 1000,
	.cost = { 9, 81, 130, 400, 440 } };
static const struct host emulated = { .name = "tsc", .mhz = 2600,
	.cost = { 70, 154, 222, 782, 872 } };
/* Calls of 2 us; a TSC whose readings trap; no vDSO: made up of the above. */
static const struct host slow_calls = { .name = "kvm-clock", .mhz = 2100,
	.cost = { 46, 56, 106, 4200, 4260 } };
static const struct host trapped = { .name = "tsc", .mhz = 2600,
	.cost = { 4000, 4030, 8060, 4400, 8450 } };
static const struct host no_vdso = { .name = "tsc", .mhz = 2600,
	.cost = { 44, 310, 360, 304, 354 } };
static const struct host hyperv = { .name = "hyperv_clocksource_tsc_page", .mhz = 2600,
	.cost = { 44, 52, 100, 304, 364 }, .steps_ns = 100, .step_ns = 100 };
static const struct host unheard_of = { .name = "tsc-2", .mhz = 3000,
	.cost = { 44, 52, 90, 304, 354 } };

static const struct host hpet_emulated = { .name = "hpet", .mhz = 2600,
	.cost = { 72, 156, 1322, 788, 1218 }, .steps_ns = 10 };
static const struct host acpi_pm_emulated = { .name = "acpi_pm", .mhz = 2600,
	.cost = { 80, 210, 1212, 836, 1060 }, .steps_ns = 279 };
/* As known of hardware: an access to the chipset takes 0.5 to 1 us. */
static const struct host hpet = { .name = "hpet", .mhz = 2600,
	.cost = { 44, 52, 1700, 304, 1650 }, .steps_ns = 70 };
static const struct host hpet_no_vdso = { .name = "hpet", .mhz = 2600,
	.cost = { 44, 310, 1700, 304, 1650 }, .steps_ns = 70 };
static const struct host acpi_pm = { .name = "acpi_pm", .mhz = 3000,
	.cost = { 30, 40, 2600, 250, 2550 }, .steps_ns = 279 };
static const struct host named_tsc = { .name = "tsc", .mhz = 2600,
	.cost = { 44, 310, 1700, 304, 1650 }, .steps_ns = 70 };
static const struct host jiffies = { .name = "jiffies", .mhz = 2600,
	.cost = { 44, 52, 340, 304, 304 }, .steps_ns = 4000000 };
static const struct host cheap_jiffies = { .name = "else", .mhz = 2600,
	.cost = { 44, 52, 60, 304, 304 }, .steps_ns = 4000000 };
static const struct host micro = { .name = "else", .mhz = 2600,
	.cost = { 44, 52, 88, 304, 354 }, .steps_ns = 1000, .step_ns = 1000 };
static const struct host jumps = { .name = "tsc", .mhz = 2600,
	.cost = { 44, 52, 88, 304, 354 }, .jump_at = 9, .jump_ns = 500 };
static const struct host runs_wild = { .name = "tsc", .mhz = 2600,
	.cost = { 44, 52, 88, 304, 354 }, .slew_ppb = 150000000 };
static const struct host goes_back = { .name = "tsc", .mhz = 2600,
	.cost = { 44, 52, 88, 304, 354 }, .back_at = 5, .back = 100000000 };
static const struct host too_slow = { .name = "tsc", .mhz = 40,
	.cost = { 2, 3, 4, 30, 31 } };

static u64 below(u64 n)
{
	return (((u64)random() << 31) ^ random()) % n;
}

/* A reading of a clock that is a function of the TSC, somewhere in its bracket. */
static struct reading reading_at(const struct host *h, u64 tsc, s64 ahead_ns, s64 slew_ppb)
{
	struct reading r = { .width = h->cost.clock };
	u64 steps = h->steps_ns ? h->steps_ns : 1;
	u64 ns = tsc * 1000 / h->mhz;

	ns += ahead_ns + (s64)(ns / 1000) * slew_ppb / 1000000;
	r.ns = 5000000000ULL + ns / steps * steps;
	r.tsc = tsc + r.width / 2 - below(r.width + 1);
	return r;
}

static void measure(const struct host *h, struct evidence *e)
{
	struct reading raw, mono;
	u64 tsc = 1000000000 + below(1000000000);
	unsigned int i;

	evidence_begin(e, h->name, MAX_SLEW_PPB);
	e->cost = h->cost;
	e->step_ns = h->step_ns;
	for (i = 0; i < LOOKS; i++) {
		s64 ahead = i >= h->jump_at ? h->jump_ns : 0;

		raw = reading_at(h, tsc, ahead, 0);
		mono = reading_at(h, tsc + h->cost.clock, ahead, h->slew_ppb);
		if (h->back_at && i >= h->back_at) {
			raw.tsc -= h->back;
			mono.tsc -= h->back;
		}
		evidence_add(e, &raw, &mono);
		tsc += LOOK_NS * h->mhz / 1000 + below(h->mhz);
	}
}

static void result(const char *what, const char *name, bool good, const char *why)
{
	printf("%sok - %s%s", good ? "" : "not ", what, name);
	if (!good)
		printf(": %s", why);
	putchar('\n');
	failed |= !good;
}

static void accepted(const char *what, const struct host *h)
{
	struct problem why = { .again = false };
	struct evidence e;
	int i;

	for (i = 0; i < 200; i++) {
		measure(h, &e);
		if (!evidence_suffices(&e))
			problem_set(&why, "too little evidence");
		if (why.text[0] || accept_judge(&e, &why))
			break;
	}
	result("takes ", what, i == 200, why.text);
}

/* And the message must say @words. */
static void refused(const char *what, const struct host *h, const char *words)
{
	struct problem why = { .again = false };
	struct evidence e;
	int i;

	for (i = 0; i < 200; i++) {
		measure(h, &e);
		if (!accept_judge(&e, &why) || !strstr(why.text, words))
			break;
	}
	printf("# %s\n", why.text);
	result("not taken: ", what, i == 200, why.text[0] ? why.text : "was taken");
}

/* Any machine: frequency, width of brackets, slewing. */
static struct host any_host(void)
{
	u64 pair = 1 + below(1ULL << (1 + below(14)));

	return (struct host) {
		.name = "any",
		.mhz = 101 + below(9800),
		.cost = { pair, 2 * pair, 2 * pair + below(3 * pair), 8 * pair, 9 * pair },
		.slew_ppb = (s64)below(200000000) - 100000000,
	};
}

static void any_accepted(void)
{
	struct problem why = { .again = false };
	struct evidence e;
	struct host h;
	int i;

	for (i = 0; i < CASES; i++) {
		h = any_host();
		measure(&h, &e);
		if (accept_judge(&e, &why))
			break;
	}
	result("takes ", "any machine whose clocks are a function of its TSC", i == CASES,
	       why.text);
}

/* A jump is seen if it is longer than all that a measurement leaves open. */
static void any_jump_refused(void)
{
	struct evidence e;
	struct problem why;
	struct host h;
	u64 width_ns;
	int i;

	for (i = 0; i < CASES; i++) {
		h = any_host();
		width_ns = h.cost.clock * 1000 / h.mhz;
		h.jump_at = 2 + below(LOOKS - 4);
		h.jump_ns = 20 * (width_ns + 5) + below(1000000000);
		if (below(2))
			h.jump_ns = -h.jump_ns;
		measure(&h, &e);
		if (!accept_judge(&e, &why))
			break;
	}
	problem_set(&why, "%lld ns at look %u of %llu MHz, brackets of %llu ticks",
		    (long long)h.jump_ns, h.jump_at, (unsigned long long)h.mhz,
		    (unsigned long long)h.cost.clock);
	result("not taken: ", "any clock that jumps", i == CASES, why.text);
}

/* Another CPU: @off_ns by its clock, @ticks by its TSC. */
static bool cpu_agrees_after(u64 passed_ns, s64 off_ns, s64 ticks)
{
	u64 rate = rate_of(1000, 2600);
	struct reading here = { 1000000000, 5000000000, 88 }, there;
	struct problem why = { .again = false };
	bool good;

	there.width = 88;
	there.tsc = here.tsc + passed_ns * 26 / 10 + ticks;
	there.ns = here.ns + passed_ns + off_ns;
	good = !accept_cpu(&here, &there, 7, rate, 0, &why);
	if (!good && !strstr(why.text, "CPU 7"))
		failed = true;
	printf("# %s\n", good ? "agrees" : why.text);
	return good;
}

static bool cpu_agrees(s64 off_ns, s64 ticks)
{
	return cpu_agrees_after(10000, off_ns, ticks);
}

int main(void)
{
	accepted("tsc", &tsc);
	accepted("kvm-clock", &kvm_clock);
	accepted("kvm-clock on a busy emulated host", &kvm_clock_busy);
	accepted("an emulated TSC", &emulated);
	accepted("the Hyper-V TSC page", &hyperv);
	accepted("kvm-clock where a system call takes 2 us", &slow_calls);
	accepted("a TSC whose readings trap", &trapped);
	accepted("tsc without a vDSO", &no_vdso);
	accepted("a name unheard of", &unheard_of);
	any_accepted();
	refused("hpet", &hpet,
		"\"hpet\" is not read from the TSC: CLOCK_MONOTONIC takes 653 ns, 633 more");
	refused("hpet without a vDSO", &hpet_no_vdso, "\"hpet\" is not read from the TSC");
	refused("hpet, emulated", &hpet_emulated, "\"hpet\" is not read from the TSC");
	refused("acpi_pm", &acpi_pm, "\"acpi_pm\" is not read from the TSC");
	refused("acpi_pm, emulated", &acpi_pm_emulated, "\"acpi_pm\" is not read from the TSC");
	refused("a slow counter that calls itself tsc", &named_tsc, "\"tsc\" is not read");
	refused("jiffies", &jiffies, "\"jiffies\"");
	refused("a clock as cheap as jiffies", &cheap_jiffies, "off a straight line of the TSC by");
	refused("a clock of 1 us", &micro, "in steps of 1000 ns");
	refused("a TSC that jumps by 500 ns", &jumps, "off a straight line of the TSC by");
	refused("a MONOTONIC that runs wild", &runs_wild, "CLOCK_MONOTONIC went");
	refused("a TSC that goes back", &goes_back, "the TSC went back by");
	refused("a TSC of 40 MHz", &too_slow, "25.000 ns");
	any_jump_refused();
	result("", "a CPU that agrees", cpu_agrees(0, 0) && cpu_agrees(20, 0), "refused");
	result("", "one that is so busy that it takes 2 s to get there",
	       cpu_agrees_after(2000000000, 400, 0), "refused");
	result("", "one whose clock is off by 200 ns", !cpu_agrees(200, 0) && !cpu_agrees(-200, 0),
	       "was taken");
	result("", "one whose TSC is behind by more than the way there",
	       !cpu_agrees(-20000, -52000), "was taken");
	return failed;
}
