/* SPDX-License-Identifier: GPL-2.0 */
/* Everything that `hostclock status` reports, before it is formatted. */
#ifndef _HOSTCLOCK_REPORT_H
#define _HOSTCLOCK_REPORT_H

#include "kernel.h"
#include "pages.h"

/*
 * A clock of the kernel's against the page's.  The difference lies within
 * [low, high], by all brackets of page, clock, page.
 */
struct comparison {
	s64 value_ns;
	s64 low_ns;
	s64 high_ns;
};

struct report {
	const struct pages *pages;
	const char *problem;	/* why the pages are unusable, or NULL */
	struct reading reading;
	struct comparison clocks[CLOCKS];
	struct kernel_state kernel;
	const char *error;	/* what is wrong, or NULL */
};

/* Names of the clocks, by enum clock: for people, and as keys. */
extern const char *const clock_titles[CLOCKS];
extern const char *const clock_keys[CLOCKS];

/*
 * The error bound of a time in a guest page; a bound of 0 for a time other than 0 is
 * from an older host, and means unknown.
 */
static inline u64 report_bound(__le64 ns, __le64 bound_ns)
{
	return ns && !bound_ns ? HOSTCLOCK_ERROR_UNKNOWN : HOSTCLOCK_LE64(bound_ns);
}

/* Is the kernel's clocksource one of the driver's? */
bool report_clocksource_ours(const struct report *report);

/* Can the difference be 0? */
bool comparison_exact(const struct comparison *c);

/* Can it be within the page's error bound? */
bool comparison_within(const struct comparison *c, u64 bound_ns);

void report_make(struct report *report, const struct pages *pages,
		 const char *device);

/* Print it as text; json: as one object, on one line. */
void report_print(const struct report *report);
void report_print_json(const struct report *report);

#endif /* _HOSTCLOCK_REPORT_H */
