/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A view of the pages: where they were found, and one reading of them.  In a
 * guest they come from the driver's device, on a host from the exporter's files.
 */
#ifndef _HOSTCLOCK_VIEW_H
#define _HOSTCLOCK_VIEW_H

#include <limits.h>

#include <hostclock/clocks.h>
#include <hostclock/reader.h>
#include <hostclock/validate.h>

/* What the user said about which pages to look at. */
struct selection {
	const char *device;	/* the driver's device */
	const char *dir;	/* the exporter's directory, or NULL */
	const char *file;	/* a file with pages, or NULL */
	const char *guest;	/* name of a guest page below dir, or NULL */
	int format;		/* HOSTCLOCK_FORMAT_*, -1: any, unscaled first */
	int smear;		/* HOSTCLOCK_SMEAR_*, -1: any, strict first */
};

struct view {
	char source[PATH_MAX];
	bool in_guest;		/* the TSC here is the guest's */
	const struct hostclock_clock_page *clock;
	const struct hostclock_guest_page *guest;	/* or NULL */
	/* on a host, to turn TSC ticks into a scaled page's counter; or NULL */
	const struct hostclock_clock_page *unscaled;
};

/* One look at the pages.  Its copies are consistent and validated. */
struct reading {
	struct hostclock_clock_page header;	/* without parameter sets */
	struct hostclock_params set;		/* the one that holds at tsc */
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
 * Finds and maps the pages.  Returns false, having said on standard error what
 * is missing and what to do about it, if there are none that can be used.
 */
bool view_open(struct view *view, const struct selection *selection);

/* Reads the pages.  Returns NULL, or what is wrong with them. */
const char *view_read(const struct view *view, struct reading *reading);

/* One clock of a reading, ns. */
s64 reading_clock(const struct reading *reading, enum clock clock);

#endif /* _HOSTCLOCK_VIEW_H */
