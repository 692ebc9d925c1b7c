// SPDX-License-Identifier: GPL-2.0
/*
 * disturb SECONDS [flood]: 50 times a second sets the clock's frequency to anything
 * within 500 ppm; every tenth time starts an adjtime() slew as well, every 25th steps
 * the clock by up to a second either way. With "flood" sets the frequency and steps the
 * clock forward by up to a ms, as often as it can. Prints what was done. SEED in the
 * environment chooses the numbers.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "sway.h"

#define SEC	1000000000L

static unsigned long rates, slews, steps;

static void adjust(struct timex *tx)
{
	if (adjtimex(tx) >= 0)
		return;
	fprintf(stderr, "adjtimex: %s\n", strerror(errno));
	exit(2);
}

/* From -max to max. */
static long drawn(long max)
{
	return random() % (2 * max + 1) - max;
}

static void slew(void)
{
	struct timex tx = { .modes = ADJ_OFFSET_SINGLESHOT, .offset = drawn(100) };

	adjust(&tx);
	slews++;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void calmly(double end)
{
	unsigned long n;

	for (n = 1; now() < end; n++) {
		sway_rate();
		rates++;
		if (n % 10 == 0)
			slew();
		if (n % 25 == 0) {
			sway_step(drawn(SEC - 1));
			steps++;
		}
		usleep(20000);
	}
}

static void flood(double end)
{
	while (now() < end) {
		sway_rate();
		rates++;
		sway_step(labs(drawn(1000000)) + 1);
		steps++;
	}
}

int main(int argc, char **argv)
{
	struct timex tx = { .modes = ADJ_STATUS | ADJ_FREQUENCY };
	const char *seed = getenv("SEED");
	double end;

	if (argc < 2)
		return 2;
	srandom(seed ? atol(seed) : 1);
	end = now() + atof(argv[1]);
	if (argc > 2)
		flood(end);
	else
		calmly(end);
	adjust(&tx);
	printf("# seed %s: %lu rates, %lu slews, %lu steps\n", seed ? seed : "1", rates,
	       slews, steps);
	return 0;
}
