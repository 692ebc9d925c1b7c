// SPDX-License-Identifier: GPL-2.0
/*
 * A host whose clock is slewed to and fro: how far the clock page is off, whether that is
 * within the page's bound, and how often it is updated.  The host is made up, so are its TSC and
 * sleeping; all between its clocks and the page is hostclockd's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/files.h"
#include "base/rate.h"
#include "clock/cpus.h"
#include "clock/open.h"
#include "clock/pace.h"
#include "clock/reading.h"
#include "clock/update.h"
#include "madeup.h"

#define MHZ		2600LL
/* The page is read so often. */
#define READ_NS		20000ULL
/* 100 updates a second. */
#define QUICK_NS	10000000ULL
/* Until a host has been slewed for so long, its error is not judged. */
#define SETTLE_NS	(2 * NSEC_PER_SEC)
/* Errors, in steps of 10 ns. */
#define STEP_NS		10
#define STEPS		10000

static struct {
	u64 ns;
	/* MONOTONIC, in 1/1000000 ns */
	u64 mono;
	u64 mono_start;
	s64 slew_ppm;
	u64 late_ns;
	u64 change_ns;
	u64 next_ns;
	s64 most_ppm;
	bool random;
	u64 read_ns;
} host;

/* What was read since the last reset. */
static struct {
	u64 began_ns;
	u64 updates;
	u64 count;
	u64 beyond;
	u64 error[STEPS];
} seen;

static struct clock clk;
static bool failed;

static u64 mono_ns(void)
{
	return host.mono / 1000000;
}

static u32 draw(void)
{
	static u32 seed = 1;

	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* A guest reads its page. */
static void read_page(void)
{
	u64 tsc = host.ns * MHZ / 1000;
	const struct params *p = view_params_at(&clk.now.pages[0], tsc);
	s64 off = params_mono(p, tsc) - mono_ns(), bound;

	if (!p->epoch)
		return;
	bound = p->maxerror_ns +
		rate_muldiv((tsc - p->cycle_last) * 1000 / MHZ, p->maxerror_rate_ppb, PPB);
	off = off < 0 ? -off : off;
	seen.count++;
	seen.beyond += off > bound;
	seen.error[off / STEP_NS < STEPS ? off / STEP_NS : STEPS - 1]++;
}

/* adjtimex() is called. */
static void change(void)
{
	host.next_ns += host.change_ns;
	if (host.random)
		host.slew_ppm = (s64)draw() % (2 * host.most_ppm + 1) - host.most_ppm;
	else
		host.slew_ppm = host.slew_ppm < 0 ? host.most_ppm : -host.most_ppm;
}

void pass(u64 ns)
{
	u64 end_ns = host.ns + ns, step_ns;

	while (host.ns < end_ns) {
		step_ns = end_ns - host.ns;
		if (host.read_ns - host.ns < step_ns)
			step_ns = host.read_ns - host.ns;
		if (host.change_ns && host.next_ns - host.ns < step_ns)
			step_ns = host.next_ns - host.ns;
		host.ns += step_ns;
		host.mono += step_ns * (1000000 + host.slew_ppm);
		if (host.change_ns && host.ns == host.next_ns)
			change();
		if (host.ns != host.read_ns)
			continue;
		host.read_ns += READ_NS;
		read_page();
	}
}

u64 host_rdtsc(void)
{
	pass(20);
	return host.ns * MHZ / 1000;
}

u64 reading_ns(clockid_t id)
{
	switch (id) {
	case CLOCK_MONOTONIC_RAW:
		return host.ns;
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		return mono_ns() + 1700000000 * NSEC_PER_SEC;
	default:
		return mono_ns();
	}
}

/* The middle is known to 10 ns. */
struct reading reading_take(clockid_t id)
{
	struct reading r = { .width = 88 };

	pass(1000);
	r.tsc = host.ns * MHZ / 1000 + draw() % 53 - 26;
	r.ns = reading_ns(id);
	return r;
}

static void result(const char *host_is, const char *what, bool good, s64 figure)
{
	printf("%sok - %s: %s: %lld%s%s\n", good ? "" : "not ", host_is, what, (long long)figure,
	       good ? "" : ", problem: ", good ? "" : clk.now.problem);
	failed |= !good;
}

static void forget(void)
{
	memset(&seen, 0, sizeof(seen));
	seen.began_ns = host.ns;
}

static void run_for(u64 ns)
{
	u64 end_ns = host.ns + ns, due_ns = host.ns;
	struct problem why;

	while (host.ns < end_ns) {
		due_ns += clk.now.interval_ns;
		if (due_ns > host.ns)
			pass(due_ns - host.ns);
		/* A busy machine has it wait; what it has missed it does once. */
		if (host.late_ns)
			pass(draw() % host.late_ns);
		if (host.ns > due_ns)
			due_ns = host.ns;
		if (update_run(&clk, pace_lead_ns(&clk), &why)) {
			printf("not ok - an update fails: %s\n", why.text);
			exit(EXIT_FAILURE);
		}
		seen.updates++;
	}
}

/* What 999 of 1000 readings are not beyond. */
static s64 error_ns(void)
{
	u64 above = 0;
	int i;

	for (i = STEPS - 1; i > 0 && above <= seen.count / 1000; i--)
		above += seen.error[i];
	return (i + 1) * STEP_NS;
}

static s64 updates_hz(void)
{
	return (seen.updates * NSEC_PER_SEC + NSEC_PER_SEC / 2) / (host.ns - seen.began_ns);
}

static void slew(s64 most_ppm, u64 change_ns, bool random)
{
	host.most_ppm = most_ppm;
	host.change_ns = change_ns;
	host.next_ns = host.ns + change_ns;
	host.random = random;
	host.slew_ppm = most_ppm;
}

/* How soon do updates come as fast as that, and as slowly again? */
static s64 soon_ns(bool quick)
{
	u64 began_ns = host.ns;

	while ((clk.now.interval_ns <= QUICK_NS) != quick && host.ns - began_ns < SETTLE_NS)
		run_for(1);
	return host.ns - began_ns;
}

static void rates(void)
{
	s64 ns;

	slew(100, 0, false);
	ns = soon_ns(true);
	result("a change of 100 ppm", "100 updates a second in, ns", ns <= 105000000, ns);
	ns = soon_ns(false);
	result("and nothing more", "10 a second in, ns", ns <= 1200000000, ns);
	host.slew_ppm = 107;
	ns = soon_ns(true);
	result("a change of 7 ppm", "no more updates", ns >= (s64)SETTLE_NS, ns);
	slew(0, 0, false);
	run_for(SETTLE_NS);
}

/* Slewed by up to so much, every so often. */
static void slewed(const char *host_is, s64 most_ppm, u64 change_ns, bool random, s64 limit_ns)
{
	slew(most_ppm, change_ns, random);
	forget();
	run_for(SETTLE_NS);
	result(host_is, "within its bound from the start", !seen.beyond, seen.beyond);
	forget();
	run_for(30 * NSEC_PER_SEC);
	result(host_is, "off by, ns", error_ns() <= limit_ns, error_ns());
	result(host_is, "within its bound", !seen.beyond, seen.beyond);
	result(host_is, "updates a second", updates_hz() <= 200, updates_hz());
	result(host_is, "synchronized",
	       clk.now.pages[0].params.status == HOSTCLOCK_STATUS_SYNCHRONIZED,
	       clk.now.slew_ppb);
	slew(0, 0, false);
	run_for(SETTLE_NS);
	forget();
	run_for(10 * NSEC_PER_SEC);
	result(host_is, "updates a second when it is over", updates_hz() <= 10, updates_hz());
	result(host_is, "off by then, ns", error_ns() <= 50, error_ns());
}

/* Slewed by more than pages can follow, until that is believed, and no more then. */
static void left_behind(s64 ppm)
{
	char host_is[64];

	snprintf(host_is, sizeof(host_is), "%lld %% for 4 s", (long long)ppm / 10000);
	slew(ppm, 0, false);
	run_for(4 * NSEC_PER_SEC);
	forget();
	slew(0, 0, false);
	run_for(4 * NSEC_PER_SEC);
	forget();
	run_for(4 * NSEC_PER_SEC);
	result(host_is, "off by afterwards, ns", error_ns() <= 50, error_ns());
	result(host_is, "within its bound", !seen.beyond, seen.beyond);
}

int main(void)
{
	static const struct clock_parts parts = { .any_clock = false };
	static struct options opt;
	char dir[128], command[160];
	struct problem why;
	int fd;

	snprintf(dir, sizeof(dir), "%s/slewed.XXXXXX", getenv("TMPDIR") ? : "/tmp");
	options_default(&opt);
	host.ns = 400 * NSEC_PER_SEC;
	host.read_ns = host.ns + READ_NS;
	host.mono = 7000000000ULL * 1000000;
	clk.opt = &opt;
	fd = mkdtemp(dir) ? files_open_dir(dir, &why) : -1;
	if (fd < 0 || clock_open(&clk, fd, &parts, &why)) {
		printf("not ok - the clock begins: %s\n", why.text);
		return EXIT_FAILURE;
	}
	run_for(4 * NSEC_PER_SEC);
	forget();
	run_for(10 * NSEC_PER_SEC);
	result("at rest", "updates a second", updates_hz() == 10, updates_hz());
	result("at rest", "off by, ns", error_ns() <= 50, error_ns());
	result("at rest", "within its bound", !seen.beyond, seen.beyond);
	rates();
	left_behind(100000);
	left_behind(-50000);
	left_behind(20000);
	slewed("100 ppm to and fro each 100 ms", 100, 100000000, false, 2000);
	slewed("100 ppm to and fro each 103 ms", 100, 103000000, false, 2000);
	slewed("up to 100 ppm each 100 ms", 100, 100000000, true, 2000);
	slewed("500 ppm to and fro each 100 ms", 500, 100000000, false, 10000);
	slewed("up to 500 ppm each 20 ms", 500, 20000000, true, 10000);
	slewed("500 ppm to and fro each 7 ms", 500, 7000000, false, 10000);
	host.late_ns = 200000;
	slewed("100 ppm, updates 0.2 ms late", 100, 100000000, false, 2000);
	host.late_ns = 60000000;
	slewed("500 ppm, updates 60 ms late", 500, 100000000, false, 100000);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
