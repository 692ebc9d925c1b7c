// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extrapolating the guest's counters by the accepted state, and checking that newer
 * parameters continue them.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "accepted.h"
#include "gap.h"
#include "params.h"
#include "readings.h"
#include "sets.h"

/* The guest's MONOTONIC counter when the status changed */
static u64 hostclock_status_since;

/*
 * Readings are held to where the counters were at the last vDSO update (the base), as
 * the vDSO holds its own: at most this far before that or ahead of it, whatever the
 * pages say.  3000 ppm of a tick of 4 ms.  The sum of this and of the vDSO's slack,
 * both ways, is what hostclock.rst promises.
 */
#define HOSTCLOCK_MAX_BACK_NS	12000
#define HOSTCLOCK_MAX_AHEAD_NS	12000

/*
 * A base that is older than two ticks, and 8 ms, is renewed by the first reading, if
 * there is no vDSO that reads by it, or no CPU that runs a program.
 */
#define HOSTCLOCK_BASE_VALID_NS		max_t(u64, BIT_ULL(23), 2 * TICK_NSEC)

/* Rounding where one set of parameters goes on from the one before */
#define HOSTCLOCK_JOIN_NS	2

/* Counts in ns, at the base's rate */
static u64 notrace hostclock_base_ns(const struct hostclock_vdso_base *base, u64 counts)
{
	return hostclock_scale_wide(counts, base->mult, 0, base->shift);
}

/* One of the counters, by the base */
struct hostclock_held {
	u64 ns;
	u64 since_ns;		/* the last vDSO update */
};

/*
 * Return false if the TSC is before it: no page does that, the TSC was set back.  The
 * core does not let its clocks go back then.
 */
static bool notrace hostclock_held_get(const struct hostclock_read_base *rb,
				       enum hostclock_counter which, u64 tsc,
				       struct hostclock_held *held)
{
	const struct hostclock_vdso_base *base = &rb->base[which];
	u64 skew_ns = hostclock_base_ns(base, HOSTCLOCK_MAX_CPU_SKEW);
	u64 delta = tsc - base->tsc;
	u64 passed_ns;

	if ((s64)delta < 0)
		return false;
	passed_ns = hostclock_base_ns(base, delta);
	held->ns = base->ns + passed_ns;
	held->since_ns = passed_ns > skew_ns ? passed_ns - skew_ns : 0;
	return true;
}

/*
 * How far the fastest clock within max_slew_ppm of RAW gets away from the slowest, in ns
 * of the latter.  The ppm are below 2^17.
 */
static u64 notrace hostclock_max_drift_ns(u64 ns)
{
	u32 ppm = hostclock_max_slew_ppm(), slowest = USEC_PER_SEC - ppm;
	u64 whole = div_u64(ns, slowest);

	return whole * 2 * ppm + div_u64((ns - whole * slowest) * 2 * ppm, slowest);
}

/*
 * For how long has nobody read a clock?  The kernel renews a base that is too old, and
 * for all it knows the vDSO is read all the time while a program runs.
 */
static u64 notrace hostclock_unread_ns(u64 since_ns)
{
	if (since_ns <= HOSTCLOCK_BASE_VALID_NS || !hostclock_vdso_unread())
		return 0;
	return since_ns - HOSTCLOCK_BASE_VALID_NS;
}

/* How far before the base the rates can have taken a counter */
static u64 notrace hostclock_drift_back_ns(u64 since_ns)
{
	return HOSTCLOCK_ROUNDING_NS + min_t(u64, since_ns, NSEC_PER_USEC) +
	       hostclock_max_drift_ns(since_ns);
}

/*
 * How far before the base a counter may be: as far as the rates can have taken it, but
 * who has read a clock must not see it go back by more than HOSTCLOCK_MAX_BACK_NS.
 */
static u64 notrace hostclock_max_back_ns(u64 since_ns, u64 unread_ns)
{
	return min(hostclock_drift_back_ns(since_ns), HOSTCLOCK_MAX_BACK_NS + unread_ns);
}

/* Hold a reading to the base. */
static u64 notrace hostclock_hold(const struct hostclock_read_base *rb,
				  enum hostclock_counter which, u64 tsc, u64 ns)
{
	struct hostclock_held held;
	u64 low, unread_ns;

	if (!hostclock_held_get(rb, which, tsc, &held))
		return ns;
	unread_ns = hostclock_unread_ns(held.since_ns);
	low = held.ns - hostclock_max_back_ns(held.since_ns, unread_ns);
	if ((s64)(ns - low) < 0)
		return low;
	if ((s64)(ns - held.ns) > HOSTCLOCK_MAX_AHEAD_NS && !unread_ns)
		return held.ns + HOSTCLOCK_MAX_AHEAD_NS;
	return ns;
}

/* A counter by the accepted parameters, or by those before them where these begin later */
static u64 notrace hostclock_own_counter(const struct hostclock_read_base *rb,
					 enum hostclock_counter which, u64 tsc)
{
	const struct hostclock_params *params = &rb->params;
	u64 counter = tsc - rb->accepted.tsc_offset;

	if (rb->previous.epoch &&
	    (s64)(counter - le64_to_cpu(params->cycle_last)) < 0 &&
	    (s64)(counter - le64_to_cpu(rb->previous.cycle_last)) >= 0)
		params = &rb->previous;
	return hostclock_params_counter(params, rb->accepted.tsc_offset, which, tsc) +
	       hostclock_offset(&rb->accepted, which);
}

/* Is it one that the timekeeping core can convert?  What saturated is not. */
static bool notrace hostclock_convertible(enum hostclock_counter which, u64 ns)
{
	return (s64)ns >= 0 && !hostclock_exceeds_max_delta(which, ns);
}

/* A counter by the accepted state, whatever the guest page says */
static u64 notrace hostclock_extrapolate_plain(const struct hostclock_read_base *rb,
					       enum hostclock_counter which, u64 tsc)
{
	u64 ns = hostclock_own_counter(rb, which, tsc);

	ns = hostclock_hold(rb, which, tsc, ns);
	if (!hostclock_convertible(which, ns))
		return hostclock_last_reading(which) + HOSTCLOCK_RECORD_INTERVAL_NS;
	return ns;
}

/* The same without a gap, but not before the last vDSO update */
static u64 notrace hostclock_extrapolate_gap(const struct hostclock_read_base *rb,
					     enum hostclock_counter which, u64 run_tsc)
{
	const struct hostclock_vdso_base *base = &rb->base[which];
	u64 least = base->ns + hostclock_base_ns(base, HOSTCLOCK_MAX_CPU_SKEW);
	u64 ns = hostclock_own_counter(rb, which, run_tsc);

	if (!hostclock_convertible(which, ns))
		return hostclock_last_reading(which) + HOSTCLOCK_RECORD_INTERVAL_NS;
	return (s64)(ns - least) < 0 ? least : ns;
}

/**
 * hostclock_extrapolate_by - a guest counter, without the gaps of a given guest page
 * @rb: accepted state
 * @gp: a copy of the guest page, which is about to be accepted
 * @which: counter
 * @tsc: guest TSC
 *
 * However far the TSC has gone, and whatever gap the page reports, the result is at
 * most hostclock_set_max_delta() after the last reading: the core would overflow or
 * loop for minutes otherwise.
 */
u64 notrace hostclock_extrapolate_by(const struct hostclock_read_base *rb,
				     const struct hostclock_guest_page *gp,
				     enum hostclock_counter which, u64 tsc)
{
	u64 run_tsc = hostclock_without_gap(rb, gp, tsc);

	return run_tsc == tsc ? hostclock_extrapolate_plain(rb, which, tsc) :
				hostclock_extrapolate_gap(rb, which, run_tsc);
}

/**
 * hostclock_extrapolate - a guest counter by the accepted state
 * @rb: accepted state
 * @which: counter
 * @tsc: guest TSC
 *
 * As long as a gap is not accepted, it can only make the reading less, unless the TSC
 * was set back.
 */
u64 notrace hostclock_extrapolate(const struct hostclock_read_base *rb,
				  enum hostclock_counter which, u64 tsc)
{
	u64 run_tsc = hostclock_without_gap(rb, rb->gp, tsc);
	u64 plain_ns = hostclock_extrapolate_plain(rb, which, tsc), ns;

	if (likely(run_tsc == tsc))
		return plain_ns;
	ns = hostclock_extrapolate_gap(rb, which, run_tsc);
	if ((s64)(tsc - rb->base[which].tsc) < 0)
		return ns;
	return (s64)(ns - plain_ns) < 0 ? ns : plain_ns;
}

/*
 * How far newer parameters may be before what the older ones said.  A slew may have begun
 * when these were last known to be the page's, however many ticks have gone by them since.
 */
static s64 notrace hostclock_back_ns(const struct hostclock_read_base *rb,
				     enum hostclock_counter which, u64 tsc, u64 since_ns,
				     bool slewed)
{
	u64 counts = tsc - rb->in_force_tsc;

	if (!slewed)
		return hostclock_max_back_ns(since_ns, hostclock_unread_ns(since_ns));
	if ((s64)counts > 0)
		since_ns = max(since_ns, hostclock_base_ns(&rb->base[which], counts));
	return hostclock_drift_back_ns(since_ns);
}

/* How far ahead of the base the accepted parameters have been so far */
static s64 notrace hostclock_most_ahead_ns(const struct hostclock_read_base *rb,
					   enum hostclock_counter which, u64 tsc,
					   const struct hostclock_held *held)
{
	s64 ahead_ns = hostclock_extrapolate_plain(rb, which, tsc) - held->ns;

	ahead_ns = min_t(s64, ahead_ns, HOSTCLOCK_MAX_AHEAD_NS);
	return max_t(s64, ahead_ns, rb->ahead_ns[which]);
}

/*
 * How far ahead of the base newer parameters may be: they may have been published late,
 * and have drifted since the older ones were accepted.  Or these have come to be ahead
 * already, by a tick before they were accepted.
 */
static s64 notrace hostclock_max_ahead_ns(const struct hostclock_read_base *rb,
					  enum hostclock_counter which, u64 tsc,
					  const struct hostclock_held *held)
{
	s64 own_ns = hostclock_own_counter(rb, which, tsc) - held->ns;
	u64 counts = tsc - rb->params_tsc, age_ns = 0;
	s64 drifted_ns;

	if ((s64)counts > 0)
		age_ns = hostclock_base_ns(&rb->base[which], counts);
	drifted_ns = NSEC_PER_USEC + hostclock_max_drift_ns(max(age_ns, held->since_ns));
	own_ns += HOSTCLOCK_JOIN_NS + hostclock_max_drift_ns(age_ns);
	return max(own_ns, drifted_ns);
}

/*
 * Clocks that were read must not go back, not even from where the older parameters were
 * ahead of the base.
 */
static bool notrace hostclock_counter_continues(const struct hostclock_read_base *rb,
						enum hostclock_counter which, u64 tsc,
						u64 ns, bool slewed)
{
	struct hostclock_held held = { .since_ns = 0 };
	s64 ahead_ns, seen_ns;

	if (!hostclock_held_get(rb, which, tsc, &held))
		held.ns = hostclock_own_counter(rb, which, tsc);
	ahead_ns = ns - held.ns;
	seen_ns = hostclock_most_ahead_ns(rb, which, tsc, &held);
	if (ahead_ns < seen_ns - hostclock_back_ns(rb, which, tsc, held.since_ns, slewed))
		return false;
	if (ahead_ns < 0)
		return true;
	return ahead_ns <= hostclock_max_ahead_ns(rb, which, tsc, &held);
}

static void notrace hostclock_ahead_update(struct hostclock_read_base *rb, u64 tsc)
{
	struct hostclock_held held;
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		if (hostclock_held_get(rb, which, tsc, &held))
			rb->ahead_ns[which] = hostclock_most_ahead_ns(rb, which, tsc, &held);
}

static bool notrace hostclock_both_continue(const struct hostclock_read_base *rb,
					    const struct hostclock_params *params, u64 tsc,
					    bool slewed)
{
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++) {
		u64 ns = hostclock_params_counter(params, rb->accepted.tsc_offset, which,
						  tsc) +
			 hostclock_offset(&rb->accepted, which);

		if (!hostclock_counter_continues(rb, which, tsc, ns, slewed))
			return false;
	}
	return true;
}

/**
 * hostclock_params_continue - do newer parameters continue the guest's counters?
 * @rb: accepted state, whose offsets apply to them, too
 * @params: private copy, validated
 * @tsc: guest TSC, not before their cycle_last
 */
bool notrace hostclock_params_continue(const struct hostclock_read_base *rb,
				       const struct hostclock_params *params, u64 tsc)
{
	return hostclock_both_continue(rb, params, tsc, false);
}

/**
 * hostclock_params_slewed - are they those of a host that slews its clock, seen late?
 * @rb: accepted state
 * @params: private copy, validated, which do not continue it
 * @tsc: guest TSC, not before their cycle_last
 *
 * Clocks that were read cannot follow such a slew, but it is no jump, either.
 */
bool hostclock_params_slewed(const struct hostclock_read_base *rb,
			     const struct hostclock_params *params, u64 tsc)
{
	return hostclock_both_continue(rb, params, tsc, true);
}

/**
 * hostclock_params_replace - go on by newer parameters
 * @rb: accepted state
 * @params: which continue it
 * @previous: those before them, of epoch 0 if they are not known
 * @tsc: guest TSC, as hostclock_params_continue() was asked for
 */
void notrace hostclock_params_replace(struct hostclock_read_base *rb,
				      const struct hostclock_params *params,
				      const struct hostclock_params *previous, u64 tsc)
{
	hostclock_ahead_update(rb, tsc);
	hostclock_params_set(rb, rb, params, previous, tsc);
	hostclock_ahead_update(rb, tsc);
}

/**
 * hostclock_base_old - is it time for readings to renew the base?
 * @rb: accepted state
 * @tsc: guest TSC
 */
bool notrace hostclock_base_old(const struct hostclock_read_base *rb, u64 tsc)
{
	return tsc - rb->base[HOSTCLOCK_MONO].tsc > rb->base_counts;
}

/**
 * hostclock_base_expired - is it, and does nobody read by it meanwhile?
 * @rb: accepted state
 * @tsc: guest TSC
 */
bool notrace hostclock_base_expired(const struct hostclock_read_base *rb, u64 tsc)
{
	struct hostclock_held held;

	return hostclock_held_get(rb, HOSTCLOCK_MONO, tsc, &held) &&
	       hostclock_unread_ns(held.since_ns);
}

/**
 * hostclock_base_reached - are readings not held from what the accepted parameters say?
 * @rb: accepted state
 * @tsc: guest TSC
 */
bool notrace hostclock_base_reached(const struct hostclock_read_base *rb, u64 tsc)
{
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		if (hostclock_own_counter(rb, which, tsc) !=
		    hostclock_extrapolate_plain(rb, which, tsc))
			return false;
	return true;
}

static void notrace hostclock_base_set_one(struct hostclock_read_base *rb,
					   enum hostclock_counter which, u64 tsc, u64 ns)
{
	struct hostclock_vdso_base *base = &rb->base[which];

	base->mult = le32_to_cpu(which == HOSTCLOCK_RAW ? rb->params.raw_mult :
							 rb->params.mult);
	base->shift = le32_to_cpu(rb->params.shift);
	base->tsc = tsc - HOSTCLOCK_MAX_CPU_SKEW;
	base->ns = ns - hostclock_base_ns(base, HOSTCLOCK_MAX_CPU_SKEW);
	rb->ahead_ns[which] = 0;
	/* two ticks << 31 are below 2^64, and a validated multiplier not 0 */
	if (which == HOSTCLOCK_MONO)
		rb->base_counts = HOSTCLOCK_MAX_CPU_SKEW +
			div_u64(HOSTCLOCK_BASE_VALID_NS << base->shift, base->mult);
}

/**
 * hostclock_base_renew - make a base of what the counters are now
 * @rb: accepted state
 * @tsc: guest TSC
 *
 * They are not held from running ahead of the old one, but a gap that is not accepted
 * yet is no part of them.
 */
void notrace hostclock_base_renew(struct hostclock_read_base *rb, u64 tsc)
{
	/* A tick may go on by older parameters, or by readings that these cannot follow. */
	bool in_force = hostclock_params_in_force(rb, tsc);
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++) {
		u64 own_ns = hostclock_own_counter(rb, which, tsc);
		u64 ns = hostclock_extrapolate(rb, which, tsc);

		if (hostclock_without_gap(rb, rb->gp, tsc) == tsc &&
		    hostclock_convertible(which, own_ns) && (s64)(own_ns - ns) > 0)
			ns = own_ns;
		in_force &= ns == own_ns;
		hostclock_base_set_one(rb, which, tsc, ns);
		hostclock_set_last_reading(which, ns);
	}
	if (in_force)
		rb->in_force_tsc = tsc;
}

/**
 * hostclock_base_set - make a base of a new accepted state
 * @rb: accepted state
 * @tsc: guest TSC
 */
void hostclock_base_set(struct hostclock_read_base *rb, u64 tsc)
{
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++) {
		u64 ns = hostclock_params_counter(&rb->params, rb->accepted.tsc_offset,
						  which, tsc);

		hostclock_base_set_one(rb, which, tsc,
				       ns + hostclock_offset(&rb->accepted, which));
	}
	rb->in_force_tsc = tsc;
}

/**
 * hostclock_record_status_change - record when the status changed
 * @rb: accepted state
 * @tsc: guest TSC of the change
 *
 * Context: any, NMI included.
 */
void notrace hostclock_record_status_change(const struct hostclock_read_base *rb, u64 tsc)
{
	WRITE_ONCE(hostclock_status_since,
		   hostclock_extrapolate(rb, HOSTCLOCK_MONO, tsc));
}

void hostclock_clear_status_change(void)
{
	WRITE_ONCE(hostclock_status_since, 0);
}

u64 hostclock_status_since_ns(void)
{
	return READ_ONCE(hostclock_status_since);
}
