// SPDX-License-Identifier: GPL-2.0
/*
 * Does to the guest's clocks what a daemon or root may do, by one adjtimex().
 *
 *	adjust show		prints what adjtimex() says: KEY=VALUE...
 *	adjust KEY=VALUE...	sets it: tai, status, freq (2^-16 ppm), tick (us), offset (us,
 *				as adjtime()), step (ns), maxerror (us)
 *	adjust warp MINUTES	settimeofday() with a time zone that far west, and no time
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timex.h>

#include "check.h"

static int show(void)
{
	struct timex tx = { .modes = 0 };
	int state = adjtimex(&tx);

	if (state < 0)
		die("adjtimex");
	printf("state=%d status=%#x tai=%d freq=%ld tick=%ld\n", state,
	       tx.status, tx.tai, tx.freq, tx.tick);
	return 0;
}

static void set(struct timex *tx, const char *key, long long value)
{
	if (!strcmp(key, "tai")) {
		tx->modes |= ADJ_TAI;
		tx->constant = value;
	} else if (!strcmp(key, "status")) {
		tx->modes |= ADJ_STATUS;
		tx->status = value;
	} else if (!strcmp(key, "freq")) {
		tx->modes |= ADJ_FREQUENCY;
		tx->freq = value;
	} else if (!strcmp(key, "tick")) {
		tx->modes |= ADJ_TICK;
		tx->tick = value;
	} else if (!strcmp(key, "offset")) {
		tx->modes |= ADJ_OFFSET_SINGLESHOT;
		tx->offset = value;
	} else if (!strcmp(key, "step")) {
		tx->modes |= ADJ_SETOFFSET | ADJ_NANO;
		tx->time.tv_sec = value / 1000000000;
		tx->time.tv_usec = value % 1000000000;
	} else if (!strcmp(key, "maxerror")) {
		tx->modes |= ADJ_MAXERROR;
		tx->maxerror = value;
	} else {
		fprintf(stderr, "adjust: what is %s?\n", key);
		exit(2);
	}
}

static int warp(const char *minutes)
{
	struct timezone tz = { .tz_minuteswest = atoi(minutes) };

	if (settimeofday(NULL, &tz))
		die("settimeofday");
	return 0;
}

int main(int argc, char **argv)
{
	struct timex tx = { .modes = 0 };

	if (argc == 2 && !strcmp(argv[1], "show"))
		return show();
	if (argc == 3 && !strcmp(argv[1], "warp"))
		return warp(argv[2]);
	for (int i = 1; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value) {
			fprintf(stderr, "usage: adjust show | warp MINUTES | KEY=VALUE...\n");
			return 2;
		}
		*value++ = '\0';
		set(&tx, argv[i], strtoll(value, NULL, 0));
	}
	if (adjtimex(&tx) < 0)
		die("adjtimex");
	return 0;
}
