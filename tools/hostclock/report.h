/* SPDX-License-Identifier: GPL-2.0 */
/* All that `hostclock status` has to say, before it is put into words. */
#ifndef _HOSTCLOCK_REPORT_H
#define _HOSTCLOCK_REPORT_H

#include "kernel.h"
#include "view.h"

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
	const struct view *view;
	const char *problem;	/* why the pages cannot be used, or NULL */
	struct reading reading;
	struct comparison clocks[CLOCKS];
	struct kernel_state kernel;
	const char *fault;	/* why not all is right, or NULL */
};

/* Names of the clocks, by enum clock: for people, and as keys. */
extern const char *const clock_titles[CLOCKS];
extern const char *const clock_keys[CLOCKS];

/* A bound that a guest page tells for some ns; no host tells 0 for more than that. */
static inline u64 report_bound(__le64 ns, __le64 bound_ns)
{
	return ns && !bound_ns ? HOSTCLOCK_ERROR_UNKNOWN : HOSTCLOCK_LE64(bound_ns);
}

/* Does the difference allow for none at all? */
bool comparison_exact(const struct comparison *c);

/* Does it allow for one within the page's error bound? */
bool comparison_within(const struct comparison *c, u64 bound_ns);

void report_make(struct report *report, const struct view *view,
		 const char *device);

/* Puts it into words; json: one object, on one line. */
void report_print(const struct report *report);
void report_print_json(const struct report *report);

#endif /* _HOSTCLOCK_REPORT_H */
