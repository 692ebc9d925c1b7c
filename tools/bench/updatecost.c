// SPDX-License-Identifier: GPL-2.0
/*
 * updatecost CALLS: how long, in ns, adjtimex() takes that sets another frequency, which is an
 * update of the kernel's clock and of all that follows it. The least of ten rounds: what
 * else this machine does is not to count.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>

#define ROUNDS	10
/* 1 ppm, as adjtimex() has it */
#define PPM	65536

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static void set_frequency(long frequency)
{
	struct timex tx = { .modes = ADJ_FREQUENCY, .freq = frequency };

	if (adjtimex(&tx) < 0)
		err(1, "adjtimex");
}

static double round_ns(long calls)
{
	double start = now_ns();

	for (long i = 0; i < calls; i++)
		set_frequency(i & 1 ? PPM : -PPM);
	return (now_ns() - start) / calls;
}

int main(int argc, char **argv)
{
	long calls = argc == 2 ? atol(argv[1]) : 0;
	double least = 0;

	if (calls <= 0)
		errx(2, "usage: updatecost CALLS");
	for (int i = 0; i < ROUNDS; i++) {
		double ns = round_ns(calls);

		if (!least || ns < least)
			least = ns;
	}
	set_frequency(0);
	printf("%.0f\n", least);
	return 0;
}
