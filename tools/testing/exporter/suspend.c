// SPDX-License-Identifier: GPL-2.0
/*
 * A host that sleeps, whose TSC runs on or restarts, or whose clocks jump: what the
 * clock pages say after the first update; and a clock that is killed again and again.  The
 * host is made up; all between its clocks and the pages is hostclockd's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/files.h"
#include "base/rate.h"
#include "clock/cpus.h"
#include "clock/open.h"
#include "clock/reading.h"
#include "clock/update.h"
#include "madeup.h"

#define MHZ		2600LL
/* An update after an event may take this long, and the page be so far off. */
#define SOON_NS		(NSEC_PER_SEC * 3 / 10)
/* Looks in which all is well again. */
#define LOOKS		12
/* How often the clock is killed, and how long there is none each time. */
#define KILLS		60
#define WAIT_NS		(NSEC_PER_SEC * 64 / 10)
/* What an error of 0.1 ppm makes of that: the TSC's rate is not known better at the start. */
#define KILLED_NS	640

static struct {
	u64 tsc;
	u64 mono_ns;
	s64 boot_ns;
	s64 real_ns;
} host;

static struct clock clk;
static bool failed;

void pass(u64 ns)
{
	host.tsc += ns * MHZ / 1000;
	host.mono_ns += ns;
}

u64 host_rdtsc(void)
{
	pass(20);
	return host.tsc;
}

u64 reading_ns(clockid_t id)
{
	switch (id) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		return host.mono_ns + host.real_ns;
	case CLOCK_BOOTTIME:
		return host.mono_ns + host.boot_ns;
	default:
		return host.mono_ns;
	}
}

struct reading reading_take(clockid_t id)
{
	struct reading r = { .width = 88 };

	pass(1000);
	r.tsc = host.tsc;
	r.ns = reading_ns(id);
	return r;
}

/* How far MONOTONIC of the strict page is off the host's, now that its parameters hold. */
static s64 off_ns(const struct params **p)
{
	*p = &clk.now.pages[0].params;
	return params_mono(*p, host.tsc) - host.mono_ns;
}

static void result(const char *event, const char *what, bool good, s64 figure)
{
	printf("%sok - %s: %s", good ? "" : "not ", event, what);
	if (!good)
		printf(": %lld, problem \"%s\"", (long long)figure, clk.now.problem);
	putchar('\n');
	failed |= !good;
}

/* Is the page the host's clock, within what it says? */
static bool is_right(s64 *off)
{
	const struct params *p;
	s64 bound;

	*off = off_ns(&p);
	bound = p->maxerror_ns + rate_ns(host.tsc - p->cycle_last, clk.now.scale) / 1000 + 100;
	return *off <= bound && -*off <= bound && p->realtime_offset_ns == host.real_ns &&
	       p->boottime_offset_ns - host.boot_ns < 100000 &&
	       host.boot_ns - p->boottime_offset_ns < 100000;
}

static void look(const char *event)
{
	struct problem why;

	if (update_run(&clk, LEAD_NS, &why)) {
		printf("not ok - %s: an update fails: %s\n", event, why.text);
		failed = true;
	}
	pass(2 * LEAD_NS);
}

static void settle(void)
{
	int i;

	for (i = 0; i < 40; i++) {
		pass(NSEC_PER_SEC / 10);
		look("before");
	}
}

/* The first update after an event, which guests must be told of, and those that follow. */
static void judge(const char *event, bool disrupts)
{
	u64 epoch = clk.now.pages[0].params.epoch, began = host.mono_ns;
	s64 off = 0;
	int i;

	look(event);
	result(event, "the update comes at once", host.mono_ns - began < SOON_NS,
	       host.mono_ns - began);
	result(event, "the page is right after it", is_right(&off), off);
	result(event, "guests are told if they have to be",
	       (clk.now.pages[0].params.epoch != epoch) == disrupts, disrupts);
	result(event, "it is called synchronized only if the TSC is as before",
	       (clk.now.pages[0].params.status == HOSTCLOCK_STATUS_SYNCHRONIZED) ==
	       !clk.now.problem[0], clk.now.pages[0].params.status);
	for (i = 0; i < LOOKS; i++) {
		pass(NSEC_PER_SEC / 10);
		look(event);
		if (!is_right(&off))
			break;
	}
	result(event, "and stays right", i == LOOKS, off);
	result(event, "synchronized again",
	       clk.now.pages[0].params.status == HOSTCLOCK_STATUS_SYNCHRONIZED,
	       clk.now.pages[0].params.status);
	settle();
}

static void sleep_for(s64 ns)
{
	host.boot_ns += ns;
	host.real_ns += ns;
}

static void events(void)
{
	sleep_for(10 * NSEC_PER_SEC);
	host.tsc += 10 * MHZ * 1000000;
	judge("10 s of sleep, the TSC runs on", true);

	sleep_for(NSEC_PER_SEC / 5);
	host.tsc += MHZ * 1000000 / 5;
	judge("0.2 s of sleep, the TSC runs on", true);

	sleep_for(3600 * NSEC_PER_SEC);
	host.tsc = 1000000;
	judge("an hour of sleep, the TSC restarts from 0", true);

	sleep_for(60 * NSEC_PER_SEC);
	judge("a minute of sleep, the TSC stands still", true);

	host.tsc -= MHZ * 1000000 / 4;
	judge("the TSC goes back by 0.25 s", true);

	host.tsc -= 2 * MHZ * 1000000;
	judge("the TSC goes back by 2 s", true);

	host.real_ns += 3600 * NSEC_PER_SEC;
	judge("REALTIME is set ahead by an hour", true);

	host.mono_ns += 3600 * NSEC_PER_SEC;
	judge("all clocks jump by an hour", true);

	judge("nothing", false);
}

static void begin(int dir, const struct options *opt)
{
	static const struct clock_parts parts = { .any_clock = false };
	struct problem why;

	memset(&clk, 0, sizeof(clk));
	clk.opt = opt;
	if (!clock_open(&clk, dir, &parts, &why))
		return;
	printf("not ok - the clock begins: %s\n", why.text);
	exit(EXIT_FAILURE);
}

static s64 farther(s64 worst_ns, s64 off)
{
	return llabs(off) > worst_ns ? llabs(off) : worst_ns;
}

/* Killed after so many updates, and started again when its supervisor has waited its longest. */
static void kill_often(int updates, int dir, const struct options *opt)
{
	s64 mono_ns = 0, raw_ns = 0;
	const struct params *p;
	char event[64];
	int i, k;

	snprintf(event, sizeof(event), "killed %d times after %d updates", KILLS, updates);
	for (i = 0; i < KILLS; i++) {
		begin(dir, opt);
		for (k = 1; k < updates; k++) {
			pass(NSEC_PER_SEC / 10);
			look(event);
		}
		pass(WAIT_NS);
		mono_ns = farther(mono_ns, off_ns(&p));
		raw_ns = farther(raw_ns, params_raw(p, host.tsc) - host.mono_ns);
	}
	result(event, "MONOTONIC is as right as after one", mono_ns <= KILLED_NS, mono_ns);
	result(event, "RAW is, too", raw_ns <= KILLED_NS, raw_ns);
}

int main(void)
{
	static struct options opt;
	static const int updates[] = { 1, 2, 3, 5, 8, 12, 18 };
	char dir[128], command[160];
	struct problem why;
	size_t i;
	int fd;

	snprintf(dir, sizeof(dir), "%s/suspend.XXXXXX", getenv("TMPDIR") ? : "/tmp");
	options_default(&opt);
	host.tsc = 1000000000000;
	host.mono_ns = 7000000000;
	host.real_ns = 1700000000 * NSEC_PER_SEC;
	fd = mkdtemp(dir) ? files_open_dir(dir, &why) : -1;
	if (fd < 0) {
		printf("not ok - a directory: %s\n", why.text);
		return EXIT_FAILURE;
	}
	begin(fd, &opt);
	settle();
	events();
	for (i = 0; i < ARRAY_SIZE(updates); i++)
		kill_often(updates[i], fd, &opt);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
