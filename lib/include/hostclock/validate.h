/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Snapshots of pages, and what must hold of them before they are used.
 *
 * The order is: snapshot (one consistent copy into private memory, bounded),
 * validate the copy, use the copy.  Validating a shared page itself proves
 * nothing.  Snapshots stay little-endian, so that the readers work on them.
 */
#ifndef _HOSTCLOCK_VALIDATE_H
#define _HOSTCLOCK_VALIDATE_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/*
 * The largest REALTIME that Linux lets anybody set: 2^63 ns less 30 years of
 * 365 days, so that the clock has some time to go on.
 */
#define HOSTCLOCK_REALTIME_MAX_SEC	(9223372036LL - 30LL * 365 * 24 * 3600)

/* The largest |TAI - UTC| that adjtimex() accepts. */
#define HOSTCLOCK_TAI_MAX_SEC		100000

/*
 * How far a rate may be from the one that counter_hz gives: 1/8.  Linux itself
 * slews by 10.05 % at most.
 */
#define HOSTCLOCK_RATE_TOLERANCE_SHIFT	3

/**
 * enum hostclock_page_error - the rule that a page broke
 *
 * One code per rule; hostclock_page_strerror() says each in words.  Fields and
 * flag bits not named here may hold anything.
 */
enum hostclock_page_error {
	HOSTCLOCK_PAGE_OK,
	HOSTCLOCK_PAGE_TORN,

	HOSTCLOCK_PAGE_CLOCK_MAGIC,
	HOSTCLOCK_PAGE_CLOCK_VERSION,
	HOSTCLOCK_PAGE_CLOCK_SIZE,
	HOSTCLOCK_PAGE_CLOCK_FORMAT,
	HOSTCLOCK_PAGE_CLOCK_SMEAR,
	HOSTCLOCK_PAGE_CLOCK_COUNTER,
	HOSTCLOCK_PAGE_CLOCK_HZ,
	HOSTCLOCK_PAGE_CLOCK_HZ_SCALED,

	HOSTCLOCK_PAGE_PARAMS_EPOCH,
	HOSTCLOCK_PAGE_PARAMS_SHIFT,
	HOSTCLOCK_PAGE_PARAMS_MULT,
	HOSTCLOCK_PAGE_PARAMS_RATE,
	HOSTCLOCK_PAGE_PARAMS_RAW_MULT,
	HOSTCLOCK_PAGE_PARAMS_RAW_RATE,
	HOSTCLOCK_PAGE_PARAMS_RAW_SCALED,
	HOSTCLOCK_PAGE_PARAMS_MONO_SEC,
	HOSTCLOCK_PAGE_PARAMS_MONO_SNSEC,
	HOSTCLOCK_PAGE_PARAMS_RAW_SEC,
	HOSTCLOCK_PAGE_PARAMS_RAW_SNSEC,
	HOSTCLOCK_PAGE_PARAMS_MAX_CYCLES,
	HOSTCLOCK_PAGE_PARAMS_WALL,
	HOSTCLOCK_PAGE_PARAMS_BOOT,
	HOSTCLOCK_PAGE_PARAMS_TAI,
	HOSTCLOCK_PAGE_PARAMS_STATUS,
	HOSTCLOCK_PAGE_PARAMS_LEAP,
	HOSTCLOCK_PAGE_PARAMS_LEAP_SEC,

	HOSTCLOCK_PAGE_GUEST_MAGIC,
	HOSTCLOCK_PAGE_GUEST_VERSION,
	HOSTCLOCK_PAGE_GUEST_SIZE,
	HOSTCLOCK_PAGE_GUEST_FORMAT,
	HOSTCLOCK_PAGE_GUEST_SMEAR,
	HOSTCLOCK_PAGE_GUEST_POLICY,
	HOSTCLOCK_PAGE_GUEST_EPOCH,

	HOSTCLOCK_PAGE_PAIR_FORMAT,
	HOSTCLOCK_PAGE_PAIR_SMEAR,
	HOSTCLOCK_PAGE_PAIR_MONO,
	HOSTCLOCK_PAGE_PAIR_RAW,

	HOSTCLOCK_PAGE_VMCLOCK_MAGIC,
	HOSTCLOCK_PAGE_VMCLOCK_SIZE,
	HOSTCLOCK_PAGE_VMCLOCK_VERSION,
	HOSTCLOCK_PAGE_VMCLOCK_COUNTER,
	HOSTCLOCK_PAGE_VMCLOCK_TIME_TYPE,
	HOSTCLOCK_PAGE_VMCLOCK_SHIFT,
	HOSTCLOCK_PAGE_VMCLOCK_PERIOD,
	HOSTCLOCK_PAGE_VMCLOCK_SEC,

	HOSTCLOCK_PAGE_ERRORS
};

const char *hostclock_page_strerror(enum hostclock_page_error error);

bool hostclock_snapshot_params(const struct hostclock_clock_page *cp,
			       struct hostclock_params *set, u32 *seq);
bool hostclock_snapshot_page(const struct hostclock_clock_page *cp,
			     struct hostclock_clock_page *copy);
bool hostclock_snapshot_guest(const struct hostclock_guest_page *gp,
			      struct hostclock_guest_page *copy);
bool hostclock_snapshot_vmclock(const struct hostclock_vmclock *vc,
				struct hostclock_vmclock *copy);

enum hostclock_page_error
hostclock_validate_clock_page_header(const struct hostclock_clock_page *cp,
				     u8 counter_id);
enum hostclock_page_error
hostclock_validate_params(const struct hostclock_clock_page *cp,
			  const struct hostclock_params *p);
enum hostclock_page_error
hostclock_validate_guest_page(const struct hostclock_guest_page *gp);
enum hostclock_page_error
hostclock_validate_pair(const struct hostclock_clock_page *cp,
			const struct hostclock_params *p,
			const struct hostclock_guest_page *gp);
enum hostclock_page_error
hostclock_validate_vmclock(const struct hostclock_vmclock *vc, u8 counter_id);

#endif /* _HOSTCLOCK_VALIDATE_H */
