/* SPDX-License-Identifier: GPL-2.0 */
/* An exporter's clock pages, as its tests read them. */
#ifndef EXPORTER_PAGES_H
#define EXPORTER_PAGES_H

#include <stdnoreturn.h>

#include <hostclock/reader.h>
#include <hostclock/tsc.h>

#define PAGES	4

/**
 * struct pages - an exporter's directory
 * @file:	the clock pages
 * @scaled:	how a scaled page's counter follows from the TSC
 */
struct pages {
	const void *file;
	struct hostclock_tsc scaled;
};

void pages_open(struct pages *p, const char *dir);
const struct hostclock_clock_page *pages_get(const struct pages *p, int i);
u64 pages_counter(const struct pages *p, int i, u64 tsc);
u64 pages_set(const struct pages *p, int i, struct hostclock_params *set);
u64 pages_epoch(const struct hostclock_clock_page *cp);

#define __printf(a, b)	__attribute__((			\
	format(printf, a, b)))

/* One line on standard output, and exit status 1. */
__printf(1, 2) noreturn void fail(const char *fmt, ...);

#endif /* EXPORTER_PAGES_H */
