/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * All clocks of one parameter set at a counter value, how far they may be
 * wrong, and the way back from a time to a counter value.
 *
 * For parameters in private memory: in the exporter, the driver's PTP clock and
 * status, tools.  To read a clock from a shared page, see reader.h.  There are no
 * COARSE clocks: the kernel takes those from its own last update.
 */
#ifndef _HOSTCLOCK_CLOCKS_H
#define _HOSTCLOCK_CLOCKS_H

#include <hostclock/math.h>
#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/*
 * How far a counter may be before cycle_last, in ns at the parameters' rate: 10 ms.
 * That covers the lead with which parameters are published (some ms) and the
 * cross-CPU skew of a working machine.
 */
#define HOSTCLOCK_MAX_SKEW_NS	10000000

/* A time since a clock's own zero.  Negative times have sec below 0. */
struct hostclock_time {
	s64 sec;
	u32 nsec;	/* 0 to 999999999, always counted upwards from sec */
};

/**
 * enum hostclock_position - where a counter value is, relative to cycle_last
 * @HOSTCLOCK_WITHIN:	at or after cycle_last
 * @HOSTCLOCK_SKEWED:	before it by up to HOSTCLOCK_MAX_SKEW_NS; cycle_last is
 *			used in its place, so that no clock goes back
 * @HOSTCLOCK_BEFORE:	before it by more; cycle_last is used, and the caller
 *			should use other parameters or doubt the counter
 * @HOSTCLOCK_BEYOND:	so far after it that a clock has reached its range's end
 */
enum hostclock_position {
	HOSTCLOCK_WITHIN,
	HOSTCLOCK_SKEWED,
	HOSTCLOCK_BEFORE,
	HOSTCLOCK_BEYOND,
};

/* A guest's offsets, ns.  Zero for the host's own clocks. */
struct hostclock_offsets {
	s64 mono_ns;	/* added to MONOTONIC and BOOTTIME */
	s64 raw_ns;	/* added to RAW */
};

struct hostclock_clocks {
	struct hostclock_time realtime;
	struct hostclock_time tai;	/* REALTIME if tai_valid is false */
	struct hostclock_time monotonic;
	struct hostclock_time boottime;
	struct hostclock_time raw;
	bool tai_valid;
};

/* How good a parameter set is at a counter value. */
struct hostclock_sync_quality {
	u64 maxerror_ns;	/* of REALTIME against the host's; U64_MAX: unknown */
	u64 utc_maxerror_ns;	/* of REALTIME against UTC; U64_MAX: unknown */
	u64 age_ns;		/* since cycle_last */
	bool valid;		/* within valid_ns */
	bool synchronized;	/* valid, and status says so */
};

struct hostclock_time hostclock_time_add(struct hostclock_time t, s64 ns);
struct hostclock_time hostclock_time_of(s64 ns);
s64 hostclock_time_ns(struct hostclock_time t);

enum hostclock_position
hostclock_position(const struct hostclock_params *p, u64 counter, u64 *delta);
enum hostclock_position
hostclock_clocks_at(const struct hostclock_params *p,
		    const struct hostclock_offsets *offsets, u64 counter,
		    struct hostclock_clocks *clocks);
void hostclock_sync_quality_at(const struct hostclock_params *p, u64 counter,
			       struct hostclock_sync_quality *quality);
u64 hostclock_error_growth(u64 age_ns, u32 rate_ppb);

u64 hostclock_mono_deadline(const struct hostclock_params *p, s64 mono_ns);
u64 hostclock_raw_deadline(const struct hostclock_params *p, s64 raw_ns);

#endif /* _HOSTCLOCK_CLOCKS_H */
