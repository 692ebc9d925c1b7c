// SPDX-License-Identifier: GPL-2.0
/*
 * setclock step NS | slew PPM | tick PPM: set the host's clock by less than a second,
 * or slew it; by its tick, that can be 100000.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "pages.h"

#define SEC	1000000000L

int main(int argc, char **argv)
{
	struct timex tx = { .modes = ADJ_FREQUENCY };
	long value;

	if (argc != 3)
		fail("usage: setclock step NS | slew PPM | tick PPM");
	value = atol(argv[2]);
	tx.freq = value * 65536;
	if (!strcmp(argv[1], "step")) {
		tx.modes = ADJ_SETOFFSET | ADJ_NANO;
		tx.time.tv_sec = value < 0 ? -1 : 0;
		tx.time.tv_usec = value < 0 ? value + SEC : value;
	}
	if (!strcmp(argv[1], "tick")) {
		tx.modes = ADJ_TICK;
		tx.tick = 10000 + value / 100;
	}
	if (adjtimex(&tx) < 0)
		fail("adjtimex: %s", strerror(errno));
	return EXIT_SUCCESS;
}
