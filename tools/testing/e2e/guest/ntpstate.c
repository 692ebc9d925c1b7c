// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says about its clock's quality, in a guest that follows a
 * page: synchronised, with the page's error bound, and the page's TAI offset.
 *
 *	ntpstate [synchronised [LATE_US]|unsynchronised]
 *	ntpstate always COUNT	as often as that, synchronised each time but while the driver rests
 *	ntpstate told		tells the kernel that the clock is synchronised, as NTP's daemons do
 *	ntpstate bound		maxerror is never below the page's error bound, in 2 s
 *
 * LATE_US is how much larger the bound may be, where it is told to the kernel from time
 * to time only.
 */
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "check.h"
#include "pages.h"

/* timedatectl's own: the kernel's maximum error is below 16 s. */
#define TIMEDATECTL_LIMIT_US	16000000

#define ATTEMPTS		100

/*
 * After 16 in a row the driver rests.  CPUs that find the same change count it each, and sysfs
 * counts it once.  If the driver told of a change before it followed it, that were each time.
 */
#define ROW_RESYNCS		4

/* 2 s: NTP's bound grows at the end of each second. */
#define BOUND_SAMPLES		200
#define BOUND_PAUSE_US		10000

static struct pages pages;

/*
 * adjtimex() between two page readings of the same parameter set, so that the
 * bound only grew meanwhile.
 */
static bool sample(struct timex *tx, struct page_time *before,
		   struct page_time *after, int *state)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		memset(tx, 0, sizeof(*tx));
		pages_now(&pages, before);
		*state = adjtimex(tx);
		pages_now(&pages, after);
		if (*state < 0)
			die("adjtimex");
		if (pages_same_set(before, after))
			return true;
	}
	return false;
}

static void expect_synchronised(u64 late_us)
{
	struct page_time before, after;
	struct timex tx;
	s64 tai_ns;
	int state;

	if (!check(sample(&tx, &before, &after, &state),
		   "adjtimex: returns between two page updates",
		   "not once in %d tries", ATTEMPTS))
		return;
	note("adjtimex: state %d, status %#x, maxerror %ld us, esterror %ld us",
	     state, tx.status, tx.maxerror, tx.esterror);
	note("freq %ld, tick %ld, tai %d; page's bound %lld ns", tx.freq,
	     tx.tick, tx.tai, (long long)pages_maxerror(&after));
	tai_ns = tx.tai * (s64)HOSTCLOCK_NSEC_PER_SEC;
	check(!(tx.status & STA_UNSYNC) && state != TIME_ERROR,
	      "adjtimex: synchronised", "state %d, status %#x", state,
	      tx.status);
	/* whole us, rounded up */
	check(tx.maxerror * 1000ULL >= pages_maxerror(&before) &&
	      tx.maxerror * 1000ULL < pages_maxerror(&after) + 1000 + late_us * 1000,
	      "adjtimex: maxerror is the page's bound",
	      "%ld us, page %lld to %lld ns", tx.maxerror,
	      (long long)pages_maxerror(&before), (long long)pages_maxerror(&after));
	check(tx.maxerror < TIMEDATECTL_LIMIT_US,
	      "adjtimex: timedatectl's criterion holds", "maxerror %ld us",
	      tx.maxerror);
	check(!tx.freq && tx.tick == 10000 && !tx.offset,
	      "adjtimex: the kernel does not steer", "freq %ld, tick %ld, offset %ld",
	      tx.freq, tx.tick, tx.offset);
	check(after.tai_valid &&
	      after.tai - after.real == tai_ns,
	      "adjtimex: TAI offset is the page's", "%d s, page %lld ns",
	      tx.tai, (long long)(after.tai - after.real));
}

static void expect_unsynchronised(void)
{
	struct timex tx = { };
	int state = adjtimex(&tx);

	check(state == TIME_ERROR && (tx.status & STA_UNSYNC),
	      "adjtimex: unsynchronised", "state %d, status %#x", state,
	      tx.status);
}

static void expect_told(void)
{
	struct timex tx = {
		.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
		.maxerror = 1000, .esterror = 1000,
	};
	int state = adjtimex(&tx);

	check(state == TIME_OK && !(tx.status & STA_UNSYNC),
	      "adjtimex: can be told", "state %d, status %#x", state, tx.status);
}

/*
 * After many resyncs in a row, as where they take long, the driver rests, and the clock is not
 * synchronised meanwhile: readers have an epoch that is over.  Any other time is a mistake.
 */
static void expect_always(u64 count)
{
	u64 wrong = 0, rests = 0, last = 0;
	bool was_wrong = false;

	for (u64 i = 0; i < count; i++) {
		struct timex tx = { };
		int state = adjtimex(&tx);
		bool is_wrong = state == TIME_ERROR || (tx.status & STA_UNSYNC);

		if (is_wrong && !was_wrong) {
			u64 now = read_number("/sys/class/misc/hostclock0/resyncs");

			if (now - last < ROW_RESYNCS)
				wrong++;
			rests++;
			last = now;
		}
		was_wrong = is_wrong;
	}
	note("adjtimex: unsynchronised %llu times", (unsigned long long)rests);
	check(!wrong, "adjtimex: always synchronised, unless the driver rests",
	      "not %llu times in %llu calls",
	      (unsigned long long)wrong, (unsigned long long)count);
}

/* NTP's bound, too, which is told from time to time, is never below the page's. */
static void expect_bound_holds(void)
{
	struct page_time before, after;
	unsigned int low = 0;
	struct timex tx;
	int state;

	for (int i = 0; i < BOUND_SAMPLES; i++) {
		low += sample(&tx, &before, &after, &state) &&
		       tx.maxerror * 1000ULL < pages_maxerror(&before);
		usleep(BOUND_PAUSE_US);
	}
	check(!low, "adjtimex: maxerror is not below the page's bound, in 2 s",
	      "%u of %u times", low, BOUND_SAMPLES);
}

int main(int argc, char **argv)
{
	const char *want = argc > 1 ? argv[1] : "synchronised";

	if (!strcmp(want, "synchronised")) {
		pages_open_device(&pages, "/dev/hostclock0");
		expect_synchronised(argc > 2 ? number_arg(argv[2], "LATE_US") : 0);
	} else if (!strcmp(want, "unsynchronised")) {
		expect_unsynchronised();
	} else if (!strcmp(want, "told")) {
		expect_told();
	} else if (!strcmp(want, "bound")) {
		pages_open_device(&pages, "/dev/hostclock0");
		expect_bound_holds();
	} else if (!strcmp(want, "always") && argc > 2) {
		expect_always(number_arg(argv[2], "COUNT"));
	} else {
		fprintf(stderr, "usage: ntpstate [synchronised [LATE_US]|unsynchronised|"
			"told|always COUNT|bound]\n");
		return 2;
	}
	return check_status();
}
