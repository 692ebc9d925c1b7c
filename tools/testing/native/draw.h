/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers drawn at random, the same again by the same seed. */
#ifndef _NATIVE_DRAW_H
#define _NATIVE_DRAW_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hostclock/userspace.h>

static u64 draw_state;

/* Other numbers by the next seed, too */
static inline void draw_seed(u64 seed)
{
	draw_state = seed * 0x9e3779b97f4a7c15ULL | 1;
}

/* One below that, or any for 0 */
static inline u64 draw(u64 below)
{
	draw_state ^= draw_state << 13;
	draw_state ^= draw_state >> 7;
	draw_state ^= draw_state << 17;
	return below ? draw_state % below : draw_state;
}

/* The options --cases N and --seed N of a test that draws its cases */
static inline void draw_options(int argc, char **argv, u64 *cases, u64 *seed)
{
	*cases = 20000;
	*seed = time(NULL);
	for (int a = 1; a + 1 < argc; a += 2) {
		if (!strcmp(argv[a], "--cases"))
			*cases = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--seed"))
			*seed = strtoull(argv[a + 1], NULL, 0);
	}
}

#endif /* _NATIVE_DRAW_H */
