// SPDX-License-Identifier: GPL-2.0
/*
 * An auxiliary clock (CLOCK_AUX, Linux 6.17) has the same counter as the others, and a
 * timekeeper of its own.  Does it go on as MONOTONIC_RAW does while the host has the
 * guest miss gaps?
 *
 *	auxclock SECONDS
 *
 * Says "waiting" when the host may begin, and ends soon after a disruption, or after so
 * many seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "clocks.h"
#include "pages.h"

#ifndef CLOCK_AUX
#define CLOCK_AUX	16
#endif

#define ENABLE		"/sys/kernel/time/aux_clocks/0/aux_clock_enable"
#define DISRUPTIONS	"/sys/class/misc/hostclock0/disruptions"

/* Each change of the counter is by whole ns, as the readings are. */
#define ROUNDING_NS	8
#define SAMPLES		20000

static struct pages pages;
static int64_t low, high;
static bool off;

static uint64_t disruptions(void)
{
	char text[32] = "";
	int fd = open(DISRUPTIONS, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die(DISRUPTIONS);
	close(fd);
	return strtoull(text, NULL, 10);
}

/* Where the clock - MONOTONIC_RAW lies; a constant is within every bracket. */
static void narrow(unsigned int samples)
{
	while (samples--) {
		uint32_t seq = hostclock_seq_begin(&pages.guest->seq);
		int64_t before = read_syscall(CLOCK_MONOTONIC_RAW);
		int64_t now = read_vdso(CLOCK_AUX);
		int64_t after = read_syscall(CLOCK_MONOTONIC_RAW);

		if (now < 0)
			die("CLOCK_AUX");
		/* RAW may have been set back in between: no news of the other clock. */
		if (hostclock_seq_retry(&pages.guest->seq, seq)) {
			note("another guest epoch: RAW %lld, %lld", (long long)before,
			     (long long)after);
			continue;
		}
		if (now - after > low)
			low = now - after;
		if (now - before < high)
			high = now - before;
		if (low > high + ROUNDING_NS && !off) {
			off = true;
			note("the first that is off: RAW %lld, aux %lld, RAW %lld",
			     (long long)before, (long long)now, (long long)after);
		}
	}
}

/* Readings before, and then after a disruption. */
static void watch(int64_t seconds)
{
	int64_t end = read_syscall(CLOCK_BOOTTIME) + seconds * 1000000000;
	uint64_t first = disruptions();

	low = INT64_MIN;
	high = INT64_MAX;
	narrow(SAMPLES);
	puts("waiting");
	fflush(stdout);
	while (disruptions() == first && read_syscall(CLOCK_BOOTTIME) < end)
		narrow(100);
	narrow(SAMPLES);
	check(disruptions() != first, "the guest missed a gap", "none in %ld s", (long)seconds);
	check(low <= high + ROUNDING_NS, "an auxiliary clock goes on as MONOTONIC_RAW does",
	      "it is %lld ns off", (long long)(low - high));
	note("aux - MONOTONIC_RAW within [%lld, %lld] ns", (long long)low, (long long)high);
}

static void check_settable(void)
{
	const struct timespec ts = { .tv_sec = 1000000 };
	int64_t ns;

	if (clock_settime(CLOCK_AUX, &ts))
		die("clock_settime");
	ns = read_vdso(CLOCK_AUX) - timespec_ns(&ts);
	check(ns >= 0 && ns < 1000000000, "an auxiliary clock can be set",
	      "%lld ns after it was set", (long long)ns);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: auxclock SECONDS\n");
		return 2;
	}
	fd = open(ENABLE, O_WRONLY);
	if (fd < 0 && errno == ENOENT) {
		check_skip("auxiliary clocks", "this kernel has none");
		/* For the host, which waits for it */
		puts("waiting");
		return check_status();
	}
	if (fd < 0 || write(fd, "1", 1) != 1)
		die(ENABLE);
	pages_open_device(&pages, "/dev/hostclock0");
	check_settable();
	watch((int64_t)number_arg(argv[1], "SECONDS"));
	return check_status();
}
