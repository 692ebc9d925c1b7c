// SPDX-License-Identifier: GPL-2.0
/*
 * A leap second, seen by somebody who only reads clocks.
 *
 *	leapwatch insert|delete SECONDS
 *		On a strict page: REALTIME moves by one second, once, at the
 *		announced instant; TAI goes on.
 *	leapwatch smear PPM SECONDS
 *		On a smeared page: REALTIME runs by that much against
 *		MONOTONIC_RAW by the end of SECONDS, and as fast as that at their
 *		beginning.  It never jumps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"

#define SECOND_NS	1000000000LL

/* Where one clock's difference from another lies, and what that clock said */
struct difference {
	int64_t low, high, value;
};

static struct difference between(clockid_t clock, clockid_t reference)
{
	int64_t before = read_vdso(reference);
	int64_t now = read_vdso(clock);
	int64_t after = read_vdso(reference);

	return (struct difference){ now - after, now - before, now };
}

/* The narrowest of some */
static struct difference narrowest(clockid_t clock, clockid_t reference)
{
	struct difference d, best = between(clock, reference);

	for (int i = 0; i < 1000; i++) {
		d = between(clock, reference);
		if (d.high - d.low < best.high - best.low)
			best = d;
	}
	return best;
}

struct leap {
	int64_t at_ns;		/* REALTIME at which it was seen, after the leap */
	int64_t moved_ns;
	int64_t gap_ns;		/* since the reading before that, at most */
	unsigned int count;
};

static void watch_realtime(struct leap *leap, struct difference *tai,
			   int64_t seconds)
{
	int64_t end = read_vdso(CLOCK_MONOTONIC) + seconds * SECOND_NS;
	struct difference old = between(CLOCK_REALTIME, CLOCK_MONOTONIC);
	struct difference d, t;

	while (read_vdso(CLOCK_MONOTONIC) < end) {
		d = between(CLOCK_REALTIME, CLOCK_MONOTONIC);
		if (d.low > old.high || d.high < old.low) {
			leap->count++;
			leap->at_ns = d.value;
			leap->moved_ns = (d.low + d.high - old.low - old.high) / 2;
			leap->gap_ns = (d.value - d.low) - (old.value - old.high);
		}
		old = d;
		t = between(CLOCK_TAI, CLOCK_MONOTONIC);
		if (t.low > tai->low)
			tai->low = t.low;
		if (t.high < tai->high)
			tai->high = t.high;
	}
}

static int64_t announced_leap_ns(const char *kind)
{
	struct pages pages;
	const struct hostclock_params *set;

	pages_open_device(&pages, "/dev/hostclock0");
	for (;;) {
		set = hostclock_newest(pages.clock, HOSTCLOCK_LE32(pages.clock->seq));
		if (set->leap_indicator)
			break;
	}
	note("%s announced for %lld", kind, (long long)HOSTCLOCK_LE64(set->leap_sec));
	return HOSTCLOCK_LE64(set->leap_sec) * SECOND_NS;
}

static void test_strict(const char *kind, int64_t seconds)
{
	int64_t moved_ns = strcmp(kind, "insert") ? SECOND_NS : -SECOND_NS;
	struct difference tai = { .low = INT64_MIN, .high = INT64_MAX };
	int64_t leap_ns = announced_leap_ns(kind);
	struct leap leap = { };
	/* After an insertion the last second comes again; one deleted is not seen. */
	int64_t expected = moved_ns < 0 ? leap_ns - SECOND_NS : leap_ns;

	watch_realtime(&leap, &tai, seconds);
	note("REALTIME moved by %lld ns at %lld, %lld ns after it should have",
	     (long long)leap.moved_ns, (long long)leap.at_ns,
	     (long long)(leap.at_ns - expected));
	check(leap.count == 1, "REALTIME moves once", "%u times", leap.count);
	check(leap.count && llabs(leap.moved_ns - moved_ns) < SECOND_NS / 10,
	      "REALTIME moves by one second", "by %lld ns",
	      (long long)leap.moved_ns);
	check(leap.at_ns >= expected && leap.at_ns - expected <= leap.gap_ns,
	      "REALTIME moves at the announced instant",
	      "%lld ns after it, seen within %lld ns",
	      (long long)(leap.at_ns - expected), (long long)leap.gap_ns);
	check(tai.low <= tai.high, "TAI goes on",
	      "TAI - MONOTONIC is >= %lld and <= %lld ns", (long long)tai.low,
	      (long long)tai.high);
}

/* ppm by which REALTIME runs faster than RAW for that long, and its error */
static double rate_ppm(int64_t ns, double *error_ppm)
{
	struct difference first = narrowest(CLOCK_REALTIME, CLOCK_MONOTONIC_RAW);
	int64_t begin = read_vdso(CLOCK_MONOTONIC_RAW);
	struct difference last;
	int64_t end;

	while (read_vdso(CLOCK_MONOTONIC_RAW) - begin < ns)
		;
	last = narrowest(CLOCK_REALTIME, CLOCK_MONOTONIC_RAW);
	end = read_vdso(CLOCK_MONOTONIC_RAW);
	*error_ppm = (first.high - first.low + last.high - last.low) * 1e6 / ns;
	return ((last.low + last.high) / 2 - (first.low + first.high) / 2) * 1e6 /
	       (end - begin);
}

static bool jumped(int64_t ns)
{
	int64_t end = read_vdso(CLOCK_MONOTONIC) + ns;
	struct difference old = between(CLOCK_REALTIME, CLOCK_MONOTONIC), d;

	while (read_vdso(CLOCK_MONOTONIC) < end) {
		d = between(CLOCK_REALTIME, CLOCK_MONOTONIC);
		if (d.low > old.high || d.high < old.low)
			return true;
		old = d;
	}
	return false;
}

static void test_smear(double want_ppm, int64_t seconds)
{
	double error_before, error, before = rate_ppm(SECOND_NS, &error_before), ppm;

	check(!jumped(seconds * SECOND_NS), "REALTIME does not jump", "it did");
	ppm = rate_ppm(4 * SECOND_NS, &error);
	note("REALTIME - RAW: %.3f ppm before, %.3f +- %.3f ppm in the smear", before,
	     ppm, error);
	check(error < 1.0, "the rate is measured well enough", "+- %.3f ppm", error);
	check(ppm - before > want_ppm - 1 - error - error_before &&
	      ppm - before < want_ppm + 1 + error + error_before,
	      "REALTIME runs as the smear says", "%.3f ppm against RAW, not %.3f",
	      ppm - before, want_ppm);
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "smear")) {
		test_smear(atof(argv[2]), number_arg(argv[3], "SECONDS"));
	} else if (argc == 3 && (!strcmp(argv[1], "insert") ||
				 !strcmp(argv[1], "delete"))) {
		test_strict(argv[1], number_arg(argv[2], "SECONDS"));
	} else {
		fprintf(stderr, "usage: leapwatch insert|delete SECONDS\n"
			"       leapwatch smear PPM SECONDS\n");
		return 2;
	}
	return check_status();
}
