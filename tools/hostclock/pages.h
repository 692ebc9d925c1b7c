/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pages: where they were found, and one reading of them.  In a guest they come
 * from the driver's device, on a host from the exporter's files.
 */
#ifndef _HOSTCLOCK_PAGES_H
#define _HOSTCLOCK_PAGES_H

#include <limits.h>

#include <hostclock/clocks.h>
#include <hostclock/reader.h>
#include <hostclock/validate.h>

/* Which pages the user has asked for. */
struct selection {
	const char *device;	/* the driver's device */
	const char *dir;	/* the exporter's directory, or NULL */
	const char *file;	/* a file with pages, or NULL */
	const char *guest;	/* name of a guest page below dir, or NULL */
	int format;		/* HOSTCLOCK_FORMAT_*, -1: any, unscaled first */
	int smear;		/* HOSTCLOCK_SMEAR_*, -1: any, strict first */
};

struct pages {
	char source[PATH_MAX];
	bool in_guest;		/* the TSC here is the guest's */
	const struct hostclock_clock_page *clock;
	const struct hostclock_guest_page *guest;	/* or NULL */
	/* on a host, to turn TSC ticks into a scaled page's counter; or NULL */
	const struct hostclock_clock_page *unscaled;
};

/* One reading of the pages, of consistent and validated copies. */
struct reading {
	struct hostclock_clock_page header;	/* without the parameters */
	struct hostclock_params params;		/* those in force at tsc */
	struct hostclock_guest_page guest;	/* zero without a guest page */
	bool has_guest;
	u32 seq;
	u64 tsc;
	u64 counter;
	struct hostclock_clocks clocks;
	struct hostclock_sync_quality quality;
};

enum clock {
	REALTIME,
	TAI,
	MONOTONIC,
	BOOTTIME,
	RAW,
	CLOCKS
};

/*
 * Find and map the pages.  Return: false if there are none that can be used, having
 * printed what is missing and what to do about it.
 */
bool pages_open(struct pages *pages, const struct selection *selection);

/* Read the pages.  Return: NULL, or what is wrong with them. */
const char *pages_read(const struct pages *pages, struct reading *reading);

/* One clock of a reading, ns. */
s64 reading_clock(const struct reading *reading, enum clock clock);

#endif /* _HOSTCLOCK_PAGES_H */
