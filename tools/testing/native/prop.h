/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A property is a function that makes up one random case from a generator and
 * says whether the library did right.  A case is named by (seed, property, number)
 * alone, so that any of them can be run again by itself.
 */
#ifndef PROP_H
#define PROP_H

#include <hostclock/clocks.h>
#include <hostclock/platform.h>
#include <hostclock/reader.h>
#include <linux/hostclock-abi.h>

typedef unsigned __int128 u128;
typedef __int128 s128;

struct prop_case {
	u64 state;
	char why[512];
};

struct property {
	const char *name;
	bool (*check)(struct prop_case *c);
};

/* Ends with an entry whose name is NULL. */
extern const struct property math_properties[];
extern const struct property clocks_properties[];
extern const struct property reader_properties[];
extern const struct property forms_properties[];
extern const struct property vmclock_properties[];
extern const struct property transitions_properties[];
extern const struct property validate_properties[];
extern const struct property line_properties[];
extern const struct property export_properties[];

/* Says why a case fails; returns false for the property to return. */
bool prop_fail(struct prop_case *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

u64 prop_u64(struct prop_case *c);		/* every value alike */
u64 prop_below(struct prop_case *c, u64 end);	/* 0 to end - 1 alike */
u64 prop_wide(struct prop_case *c);		/* every length alike, edges often */
u64 prop_wide_below(struct prop_case *c, u64 end);
s64 prop_swide(struct prop_case *c);

/* A set that passes validation, in a page whose header does. */
void prop_page(struct prop_case *c, struct hostclock_clock_page *cp);
/* As the library's, but in the compiler's 128 bits. */
u128 prop_scale(u64 delta, u32 mult, u64 base, u32 shift);
/* ns that fit 63 bits stay, others become 2^63 - 1 as the readers do. */
u64 prop_clamp(u128 ns);

u32 prop_mult(const struct hostclock_params *p, enum hostclock_counter which);
u64 prop_snsec(const struct hostclock_params *p, enum hostclock_counter which);
u64 prop_sec(const struct hostclock_params *p, enum hostclock_counter which);
/* One of a set's counters, ns, exact, delta counts after cycle_last. */
u128 prop_ns(const struct hostclock_params *p, enum hostclock_counter which, u64 delta);

#endif /* PROP_H */
