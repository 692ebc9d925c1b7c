// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "draw.h"
#include "report.h"

/* Random bytes, at most 256: the kernel gives so many at once, or none. */
void draw_bytes(void *bytes, size_t n)
{
	while (getrandom(bytes, n, 0) != (ssize_t)n) {
		if (errno == EINTR)
			continue;
		say("getrandom: no random numbers");
		abort();
	}
}

/**
 * draw_new - a value to tell what begins now from all that was before
 * @last: what it takes the place of
 *
 * A guest that holds a value of before, on this host or another, takes this for the
 * same with a probability of 2^-64.
 *
 * Return: another than @last, and neither 0 nor 2^64 - 1, which are no epochs.
 */
u64 draw_new(u64 last)
{
	u64 value;

	do {
		draw_bytes(&value, sizeof(value));
	} while (!value || value == ~0ULL || value == last);
	return value;
}
