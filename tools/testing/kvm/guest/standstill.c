// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the clocks without a pause until the guest has stood still, or got
 * another page, and tells what each clock made of it: the last reading before,
 * the first one after, and how long REALTIME was wrong.  The page is what is
 * true, whatever clocksource the guest has.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clocks.h"
#include "record.h"
#include "timers.h"

#define NSEC_PER_MSEC	1000000LL
#define NSEC_PER_SEC	1000000000LL
/* What a clock may be off and still be called right again, after having been wrong. */
#define RIGHT_NS	NSEC_PER_MSEC
/*
 * What a gap may be off beyond what the readings leave open: the rates of two sets
 * differ, and both round.
 */
#define EXACT_NS	1000
/* As in clock_names. */
#define REAL	0
#define MONO	1
#define RAW	2
#define BOOT	3

static struct {
	int64_t least_ns;	/* shorter ones may be the machine being busy */
	int64_t wait_ns;	/* for it to come */
	int64_t watch_ns;	/* REALTIME, after it */
	int64_t record_ns;	/* the same, for a plot, if not 0 */
	bool must_be_right;
	const char *mono;	/* what MONOTONIC must have done, or NULL */
} options = {
	.least_ns = 4 * NSEC_PER_SEC,
	.wait_ns = 120 * NSEC_PER_SEC,
	.watch_ns = NSEC_PER_SEC,
};

#define CLOCKS	(ARRAY_SIZE(clock_names) - 1)

static struct pages pages;
static struct reading last[CLOCKS], first[CLOCKS];

static void take(size_t i, struct reading *r)
{
	reading_take(&pages, clock_names[i].id, r);
}

/* Between two readings of the page: by REALTIME, which counts a sleep of the host's, too */
static bool stood_still(const struct page_time *from, const struct page_time *to)
{
	return to->real - from->real >= options.least_ns;
}

/*
 * Fills in last.  Return: the clock whose first reading after the standstill is
 * in first already, or -1 if the standstill was in the middle of a reading.
 */
static int wait_for_standstill(void)
{
	struct reading r, previous;
	struct page_time start;

	take(REAL, &previous);
	start = previous.before;
	for (size_t i = 0; previous.after.mono - start.mono < options.wait_ns;
	     i = (i + 1) % CLOCKS) {
		bool is_over = pages_are_old(&pages);

		take(i, &r);
		if (is_over || stood_still(&previous.after, &r.before)) {
			first[i] = r;
			return i;
		}
		if (stood_still(&r.before, &r.after) || pages_are_old(&pages))
			return -1;
		last[i] = r;
		previous = r;
	}
	check(false, "the guest stands still", "not within %lld s",
	      (long long)(options.wait_ns / NSEC_PER_SEC));
	exit(check_status());
}

/* The guest's pages may be others now than when the first readings were made. */
static void read_first(int done)
{
	for (int i = 0; i < (int)CLOCKS; i++) {
		if (i != done)
			take(i, &first[i]);
	}
	pages_renew(&pages, DEVICE);
	for (size_t i = 0; i < CLOCKS; i++)
		reading_again(&pages, &first[i]);
}

/*
 * How much more the clock advanced between its two readings than the host's
 * REALTIME did, less what is expected; 0 if within what the brackets leave open.
 */
static int64_t ahead_of_host(size_t i, int64_t expected)
{
	int64_t advance = first[i].ns - last[i].ns - expected;
	int64_t least = first[i].before.real - last[i].after.real;
	int64_t most = first[i].after.real - last[i].before.real;

	if (advance > most)
		return advance - most;
	return advance < least ? advance - least : 0;
}

static void tell_clocks(void)
{
	note("the page says that the guest missed %lld ns",
	     (long long)HOSTCLOCK_LE64(pages.guest->gap_ns));
	for (size_t i = 0; i < CLOCKS; i++)
		note("%s advanced by %lld ns, which is %lld ns more than the host's clock",
		     clock_names[i].name, (long long)(first[i].ns - last[i].ns),
		     (long long)ahead_of_host(i, 0));
}

/* The clock counted all but so much of what passed on the host. */
static void judge_advance(size_t i, int64_t missed)
{
	int64_t off = ahead_of_host(i, -missed);
	char name[80];

	snprintf(name, sizeof(name), "%s counts %s", clock_names[i].name,
		 missed ? "all but the gap" : "the gap");
	check(llabs(off) < EXACT_NS, name, "%lld ns too much in a gap of %lld",
	      (long long)off, (long long)HOSTCLOCK_LE64(pages.guest->gap_ns));
}

static void judge_gap(void)
{
	int64_t gap = HOSTCLOCK_LE64(pages.guest->gap_ns);
	int64_t still = first[REAL].after.real - last[REAL].before.real;

	if (!options.mono)
		return;
	judge_advance(BOOT, 0);
	judge_advance(RAW, gap);
	if (!strcmp(options.mono, "steal")) {
		judge_advance(MONO, 0);
		return;
	}
	check(gap > 0 && gap <= still + RIGHT_NS, "the page knows of the gap",
	      "it says %lld ns of %lld", (long long)gap, (long long)still);
	judge_advance(MONO, gap);
}

static void judge_real(void)
{
	int64_t error = reading_error(&first[REAL], CLOCK_REALTIME);

	note("the last REALTIME before it is off by %lld ns, the first one after it by %lld ns",
	     (long long)reading_error(&last[REAL], CLOCK_REALTIME), (long long)error);
	if (options.must_be_right)
		check(!error, "the first REALTIME after a standstill is right",
		      "off by %lld ns", (long long)error);
}

/* For how long, and how much, REALTIME was wrong. */
static void watch_real(void)
{
	int64_t begin = first[REAL].before.mono, wrong_until = begin, worst = 0;
	struct reading r = first[REAL];
	uint64_t count = 0, wrong = 0;

	while (r.after.mono - begin < options.watch_ns) {
		int64_t error = reading_error(&r, CLOCK_REALTIME);

		if (llabs(error) > llabs(worst))
			worst = error;
		if (error)
			wrong++;
		if (llabs(error) > RIGHT_NS)
			wrong_until = r.after.mono;
		count++;
		take(REAL, &r);
		if (pages_renew(&pages, DEVICE))
			reading_again(&pages, &r);
	}
	note("watched REALTIME for %lld ms: %llu readings, %llu wrong, by up to %lld ns",
	     (long long)(options.watch_ns / NSEC_PER_MSEC),
	     (unsigned long long)count, (unsigned long long)wrong,
	     (long long)worst);
	note("wrong by more than 1 ms for %lld ms%s",
	     (long long)((wrong_until - begin) / NSEC_PER_MSEC),
	     wrong_until + RIGHT_NS * 10 > r.after.mono ? ", and still" : "");
	if (options.must_be_right)
		check(!wrong, "and so is every one from then on",
		      "%llu of %llu wrong, by up to %lld ns",
		      (unsigned long long)wrong, (unsigned long long)count,
		      (long long)worst);
}

/* What record_real() does not know: as ns, and off by between these. */
static void record_event(void)
{
	for (size_t i = 0; i < CLOCKS; i++)
		printf("record advance %s %lld\n", clock_names[i].name,
		       (long long)(first[i].ns - last[i].ns));
	printf("record host %lld\n",
	       (long long)(first[REAL].before.real - last[REAL].after.real));
	printf("record last %lld %lld\n",
	       (long long)reading_error_low(&last[REAL], CLOCK_REALTIME),
	       (long long)reading_error_high(&last[REAL], CLOCK_REALTIME));
}

static void record_all(void)
{
	record_event();
	record_real(&pages, &first[REAL], options.record_ns);
	printf("record due %u\n", timers_due(first[MONO].ns));
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'e':
		options.least_ns = INT64_MAX;
		return 0;
	case 'w':
		options.watch_ns = number_arg(arg, "--watch") * NSEC_PER_SEC;
		return 0;
	case 'p':
		options.record_ns = number_arg(arg, "--record") * NSEC_PER_SEC;
		if (options.record_ns > RECORD_MAX_NS)
			argp_error(state, "--record takes %lld s at most",
				   RECORD_MAX_NS / NSEC_PER_SEC);
		return 0;
	case 'r':
		options.must_be_right = true;
		return 0;
	case 'm':
		options.mono = arg;
		if (strcmp(arg, "steal") && strcmp(arg, "suspend"))
			argp_error(state, "--mono must be steal or suspend");
		return 0;
	case ARGP_KEY_ARG:
		argp_usage(state);
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = (struct argp_option[]){
		{ "epoch", 'e', NULL, 0,
		  "wait for another epoch in the guest's page, not for 4 s to be missing", 0 },
		{ "watch", 'w', "SECONDS", 0, "watch REALTIME for so long after it", 0 },
		{ "record", 'p', "SECONDS", 0,
		  "instead of that, print REALTIME's error for so long, for a plot", 0 },
		{ "right", 'r', NULL, 0, "REALTIME must be right from the first reading on", 0 },
		{ "mono", 'm', "WHAT", 0,
		  "MONOTONIC must count the gap (steal) or not (suspend)", 0 },
		{ }
	},
	.parser = parse,
	.doc = "Read the clocks across a standstill of the guest.",
};

int main(int argc, char **argv)
{
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	pages_open_device(&pages, DEVICE);
	if (options.record_ns)
		timers_start();
	note("reading the clocks");
	read_first(wait_for_standstill());
	tell_clocks();
	judge_real();
	judge_gap();
	if (options.record_ns)
		record_all();
	else
		watch_real();
	return check_status();
}
