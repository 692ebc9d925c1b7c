/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the vDSO image have in common. */
#ifndef _VDSO_TEST_H
#define _VDSO_TEST_H

#include "guest.h"

/**
 * struct test_options - from the command line
 * @seed:	of everything random; printed, so that a run can be repeated
 * @cases:	random cases of each test of equality
 * @reads:	reads against a writer at full speed
 * @mutants:	pages of the fuzz test
 */
struct test_options {
	u64 seed;
	u64 cases;
	u64 reads;
	u64 mutants;
};

#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif

extern struct test_options options;

/**
 * struct test - one line of the result
 * @name:	of what holds if it passes
 * @run:	on a guest freshly reset.  NULL if passed, or else why not
 */
struct test {
	const char *name;
	const char *(*run)(struct guest *g);
};

/* Ends with an element without a name. */
extern const struct test equality_tests[];
extern const struct test fallback_tests[];
extern const struct test call_tests[];
extern const struct test race_tests[];
extern const struct test fuzz_tests[];

/* For a test to return: the text lives until the next call. */
const char *failure(const char *format, ...)
	__printf(1, 2);

/* Compares what the image gives with what it should. */
const char *check_reading(struct guest *g, clockid_t id, u64 tsc,
			  const struct reading *got);

/* xorshift64*: uniform enough, and the same everywhere. */
u64 random_u64(u64 *state);

/* A number of a random size: as likely below 2^8 as between 2^48 and 2^56. */
u64 random_sized(u64 *state);

/* Below bound, which is not 0. */
u64 random_below(u64 *state, u64 bound);

#endif /* _VDSO_TEST_H */
