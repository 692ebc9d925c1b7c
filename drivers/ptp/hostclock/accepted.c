// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extrapolating the guest's counters by the accepted state, and checking that newer
 * parameters continue them.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include <hostclock/continuity.h>

#include "accepted.h"
#include "params.h"
#include "readings.h"

/*
 * A gap is believed if it begins this close to the accepted parameters and ends this
 * close to now: 2^44 counts, 112 min at 2.6 GHz, 29 min at 10 GHz.  An idle guest
 * wakes up every 881 s.
 */
#define HOSTCLOCK_GAP_WINDOW	BIT_ULL(44)

/**
 * hostclock_params_counter - evaluate a host counter
 * @params: private copy, validated
 * @tsc_offset: guest TSC - the page's counter
 * @which: counter
 * @tsc: guest TSC; before cycle_last, the base is returned
 *
 * Return: ns; U64_MAX if it does not fit.
 */
u64 notrace hostclock_params_counter(const struct hostclock_params *params,
				     u64 tsc_offset, enum hostclock_counter which,
				     u64 tsc)
{
	u64 delta = tsc - tsc_offset - le64_to_cpu(params->cycle_last);

	return hostclock_params_ns(params, which, (s64)delta < 0 ? 0 : delta);
}

/* Within HOSTCLOCK_GAP_WINDOW of each other? */
static __always_inline bool hostclock_gap_near(u64 a, u64 b)
{
	return a - b + HOSTCLOCK_GAP_WINDOW <= 2 * HOSTCLOCK_GAP_WINDOW;
}

/*
 * TSC ticks of the gaps before the one from stop to resume that the accepted state
 * does not include yet: the guest missed those epochs.
 */
static u64 notrace hostclock_missed_tsc(const struct hostclock_read_base *rb,
					const struct hostclock_guest_page *gp,
					u64 stop, u64 resume)
{
	u64 ran_on = HOSTCLOCK_LE64(gp->ran_on_tsc);

	if (!ran_on || HOSTCLOCK_LE64(gp->generation) != rb->generation)
		return 0;
	return ran_on - rb->ran_on_tsc - (resume - stop);
}

/*
 * A guest TSC value without the ticks of gaps that the guest page reports and the
 * accepted state does not include yet.
 *
 * The page has not been validated and may still be rejected, so the gap is used only
 * if the magic matches and it is within HOSTCLOCK_GAP_WINDOW.
 */
static u64 notrace hostclock_without_gap(const struct hostclock_read_base *rb,
					 const struct hostclock_guest_page *gp,
					 u64 tsc)
{
	u64 stop, resume, missed, base;
	u32 seq, magic;

	if (likely(HOSTCLOCK_LE64(gp->epoch) == rb->accepted.guest_epoch))
		return tsc;
	seq = hostclock_seq_begin(&gp->seq);
	magic = HOSTCLOCK_LE32(gp->magic);
	stop = HOSTCLOCK_LE64(gp->stop_tsc);
	resume = HOSTCLOCK_LE64(gp->resume_tsc);
	stop = stop ?: resume;
	missed = hostclock_missed_tsc(rb, gp, stop, resume);
	if (hostclock_seq_retry(&gp->seq, seq) || !resume ||
	    resume == rb->resume_tsc || magic != HOSTCLOCK_GUEST_MAGIC)
		return tsc;
	base = rb->accepted.tsc_offset + le64_to_cpu(rb->params.cycle_last);
	/* Asleep, the guest may have had one long ago. */
	if (!hostclock_asleep() && (!hostclock_gap_near(stop - missed, base) ||
				    !hostclock_gap_near(tsc, resume)))
		return tsc;
	return hostclock_run_tsc(tsc, stop, resume) - missed;
}

/**
 * hostclock_extrapolate_by - a guest counter, without the gaps of a given guest page
 * @rb: accepted state
 * @gp: the guest page or a copy of it
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
	u64 ns = hostclock_params_counter(&rb->params, rb->accepted.tsc_offset, which,
					  hostclock_without_gap(rb, gp, tsc)) +
		 hostclock_offset(&rb->accepted, which);

	/* A counter is below 2^63 ns; what saturated there and got an offset is not. */
	if ((s64)ns < 0 || hostclock_exceeds_max_delta(which, ns))
		return hostclock_last_reading(which) + HOSTCLOCK_RECORD_INTERVAL_NS;
	return ns;
}

/**
 * hostclock_extrapolate - a guest counter by the accepted state
 * @rb: accepted state
 * @which: counter
 * @tsc: guest TSC
 */
u64 notrace hostclock_extrapolate(const struct hostclock_read_base *rb,
				  enum hostclock_counter which, u64 tsc)
{
	return hostclock_extrapolate_by(rb, rb->gp, which, tsc);
}

/*
 * However late a tick is, programs on another CPU may have read the clocks meanwhile,
 * which must not go back by more than this: 3000 ppm of a tick of 4 ms.
 */
#define HOSTCLOCK_MAX_BACK_NS		12000

/* While a CPU runs a program, ticks update the vDSO, unless they are late: 8.4 ms */
#define HOSTCLOCK_LATE_TICK_NS		BIT_ULL(23)

/*
 * How far the fastest clock within max_slew_ppm of RAW gets away from the slowest, in ns
 * of the latter, and what rounding adds.  The ppm are below 2^17.
 */
static u64 notrace hostclock_max_drift_ns(u64 ns)
{
	u32 ppm = hostclock_max_slew_ppm(), slowest = USEC_PER_SEC - ppm;
	u64 whole = div_u64(ns, slowest);

	return NSEC_PER_USEC + whole * 2 * ppm +
	       div_u64((ns - whole * slowest) * 2 * ppm, slowest);
}

static u64 notrace hostclock_max_back_ns(const struct hostclock_interval *interval)
{
	return min(hostclock_max_drift_ns(interval->unseen_ns),
		   HOSTCLOCK_MAX_BACK_NS + interval->unread_ns);
}

/**
 * hostclock_within_drift - is the step from one parameter set to the next a slew?
 * @extrapolated_ns: the counter by the accepted parameters
 * @ns: the same by the newer ones
 * @interval: for how long they may have drifted apart
 *
 * Forward, the newer parameters may have been published late: all of age_ns
 * counts.  Backward, only unseen_ns does, and HOSTCLOCK_MAX_BACK_NS is the limit: clocks
 * that were read must not go back.
 */
bool notrace hostclock_within_drift(u64 extrapolated_ns, u64 ns,
				    const struct hostclock_interval *interval)
{
	if ((s64)(ns - extrapolated_ns) < 0)
		return extrapolated_ns - ns <= hostclock_max_back_ns(interval);
	return ns - extrapolated_ns <= hostclock_max_drift_ns(interval->age_ns);
}

/**
 * hostclock_interval_get - for how long newer parameters may have drifted away
 * @rb: accepted state
 * @tsc: guest TSC now
 * @interval: where to put it
 */
void notrace hostclock_interval_get(const struct hostclock_read_base *rb, u64 tsc,
				    struct hostclock_interval *interval)
{
	u64 offset = rb->accepted.tsc_offset;
	u64 seen = hostclock_vdso_update_tsc();
	u64 now_ns = hostclock_params_counter(&rb->params, offset, HOSTCLOCK_MONO, tsc);

	interval->age_ns = now_ns - hostclock_params_ns(&rb->params, HOSTCLOCK_MONO, 0);
	if (!seen)
		interval->unseen_ns = interval->age_ns;
	else if ((s64)(tsc - seen) > 0)
		interval->unseen_ns = now_ns - hostclock_params_counter(&rb->params, offset,
									HOSTCLOCK_MONO, seen);
	else
		/* another CPU updated the vDSO after this one read the TSC */
		interval->unseen_ns = 0;
	interval->unread_ns = 0;
	if (!seen)
		interval->unread_ns = interval->unseen_ns;
	else if (interval->unseen_ns > HOSTCLOCK_LATE_TICK_NS && hostclock_vdso_unread())
		interval->unread_ns = interval->unseen_ns - HOSTCLOCK_LATE_TICK_NS;
}

static bool notrace hostclock_both_within_drift(const struct hostclock_read_base *rb,
						const struct hostclock_params *params,
						u64 tsc,
						const struct hostclock_interval *interval)
{
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++) {
		u64 ns = hostclock_params_counter(params, rb->accepted.tsc_offset, which,
						  tsc) +
			 hostclock_offset(&rb->accepted, which);

		if (!hostclock_within_drift(hostclock_extrapolate(rb, which, tsc), ns,
					    interval))
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
	struct hostclock_interval interval;

	hostclock_interval_get(rb, tsc, &interval);
	return hostclock_both_within_drift(rb, params, tsc, &interval);
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
	struct hostclock_interval interval;

	hostclock_interval_get(rb, tsc, &interval);
	interval.unread_ns = interval.unseen_ns;
	return hostclock_both_within_drift(rb, params, tsc, &interval);
}

/**
 * hostclock_params_in_force - are the accepted parameters the page's at this TSC?
 * @rb: accepted state
 * @tsc: guest TSC
 *
 * Not if another CPU is about to accept newer ones, but its vCPU does not run.
 */
bool hostclock_params_in_force(const struct hostclock_read_base *rb, u64 tsc)
{
	u32 seq = HOSTCLOCK_LE32(rb->cp->seq);
	const struct hostclock_params *newest = hostclock_newest(rb->cp, seq);
	const struct hostclock_params *previous = hostclock_previous(rb->cp, seq);
	u64 counter = tsc - rb->accepted.tsc_offset;

	return seq >> 1 == rb->count ||
	       ((s64)(counter - HOSTCLOCK_LE64(newest->cycle_last)) < 0 &&
		HOSTCLOCK_LE64(previous->cycle_last) == le64_to_cpu(rb->params.cycle_last));
}
