// SPDX-License-Identifier: GPL-2.0-only
/*
 * A counter by what the kernel has accepted, whatever the pages say by now, but for
 * time that the guest did not run; and whether a later set goes on from there.
 */
#include <linux/kernel.h>

#include <hostclock/continuity.h>

#include "accepted.h"
#include "params.h"
#include "seen.h"

/*
 * How far from the parameters in use a guest can have stopped, and how far from now
 * it can have gone on, in counts: 2^44, 112 min at 2.6 GHz, 29 min at 10 GHz.  An idle
 * guest wakes up every 881 s.
 */
#define HOSTCLOCK_GAP_WINDOW	BIT_ULL(44)

/**
 * hostclock_set_counter - a host counter by one set
 * @set: private copy, validated
 * @tsc_offset: guest TSC - the page's counter
 * @kind: which counter
 * @tsc: guest TSC; before the set's cycle_last the base is returned
 *
 * Return: ns; U64_MAX if it does not fit.
 */
u64 notrace hostclock_set_counter(const struct hostclock_params *set,
				  u64 tsc_offset, enum hostclock_counter kind,
				  u64 tsc)
{
	u64 delta = tsc - tsc_offset - le64_to_cpu(set->cycle_last);

	return hostclock_params_ns(set, kind, (s64)delta < 0 ? 0 : delta);
}

/* Within HOSTCLOCK_GAP_WINDOW of each other? */
static __always_inline bool hostclock_gap_near(u64 a, u64 b)
{
	return a - b + HOSTCLOCK_GAP_WINDOW <= 2 * HOSTCLOCK_GAP_WINDOW;
}

/*
 * What the counter counted in gaps that the view does not know, before the one from
 * stop to resume: the guest missed those epochs.
 */
static u64 notrace hostclock_missed_tsc(const struct hostclock_view *v,
					const struct hostclock_guest_page *gp,
					u64 stop, u64 resume)
{
	u64 ran_on = HOSTCLOCK_LE64(gp->ran_on_tsc);

	if (!ran_on || HOSTCLOCK_LE64(gp->generation) != v->generation)
		return 0;
	return ran_on - v->ran_on_tsc - (resume - stop);
}

/*
 * A guest TSC value less what the counter counted while the guest did not run, in
 * gaps that this guest page tells of and the view does not know yet.
 *
 * This is asked of a page that may be refused in the end, so what it says must be
 * a guest page's, and what this guest may have lived through.
 */
static u64 notrace hostclock_without_gap(const struct hostclock_view *v,
					 const struct hostclock_guest_page *gp,
					 u64 tsc)
{
	u64 stop, resume, missed, base;
	u32 seq, magic;

	if (likely(HOSTCLOCK_LE64(gp->epoch) == v->anchor.guest_epoch))
		return tsc;
	seq = hostclock_seq_begin(&gp->seq);
	magic = HOSTCLOCK_LE32(gp->magic);
	stop = HOSTCLOCK_LE64(gp->stop_tsc);
	resume = HOSTCLOCK_LE64(gp->resume_tsc);
	stop = stop ?: resume;
	missed = hostclock_missed_tsc(v, gp, stop, resume);
	if (hostclock_seq_retry(&gp->seq, seq) || !resume ||
	    resume == v->resume_tsc || magic != HOSTCLOCK_GUEST_MAGIC)
		return tsc;
	base = v->anchor.tsc_offset + le64_to_cpu(v->set.cycle_last);
	if (!hostclock_gap_near(stop - missed, base) ||
	    !hostclock_gap_near(tsc, resume))
		return tsc;
	return hostclock_run_tsc(tsc, stop, resume) - missed;
}

/**
 * hostclock_held_until - a guest counter by the view, up to what a page tells of
 * @v: the view
 * @gp: the guest page or a copy of it, whose last gap is not counted
 * @kind: which counter
 * @tsc: guest TSC
 *
 * However far the TSC has gone, and whatever gap the page tells of, it is never
 * more than the core could take in after what was seen last, without overflowing
 * or looping for minutes.
 */
u64 notrace hostclock_held_until(const struct hostclock_view *v,
				 const struct hostclock_guest_page *gp,
				 enum hostclock_counter kind, u64 tsc)
{
	u64 ns = hostclock_set_counter(&v->set, v->anchor.tsc_offset, kind,
				       hostclock_without_gap(v, gp, tsc)) +
		 hostclock_offset(&v->anchor, kind);

	/* A counter is below 2^63 ns; what saturated there and got an offset is not. */
	if ((s64)ns < 0 || hostclock_too_far(kind, ns))
		return hostclock_last_ns(kind) + HOSTCLOCK_NOTE_NS;
	return ns;
}

/**
 * hostclock_held - hostclock_held_until(), for the page as it is
 * @v: the view
 * @kind: which counter
 * @tsc: guest TSC
 */
u64 notrace hostclock_held(const struct hostclock_view *v,
			   enum hostclock_counter kind, u64 tsc)
{
	return hostclock_held_until(v, v->gp, kind, tsc);
}

/* How far they have drifted apart in @ns at most; see hostclock_continuous(). */
static u64 notrace hostclock_apart_ns(u64 ns)
{
	return 1000 + ns / 500000 * hostclock_max_slew_ppm();
}

/**
 * hostclock_continuous - may a clock that is held_ns by one set be ns by a later one?
 * @held_ns: by the one
 * @ns: by the other
 * @span: for how long they may have been apart
 *
 *  Both rates are
 * within max_slew_ppm of RAW's, so they drift apart by twice that.  A set that was
 * published late may be ahead for all of that time.  But clocks that were read by
 * the one are not to go back, and it was not replaced while it was in force.
 *
 * No overflow: 2^64 / 500000 is below 2^46, the ppm are below 2^17.
 */
bool notrace hostclock_continuous(u64 held_ns, u64 ns,
				  const struct hostclock_span *span)
{
	if ((s64)(ns - held_ns) < 0)
		return held_ns - ns <= hostclock_apart_ns(span->unseen_ns);
	return ns - held_ns <= hostclock_apart_ns(span->age_ns);
}

/**
 * hostclock_span_get - for how long a later set may have been apart from this one
 * @v: what is accepted
 * @tsc: guest TSC of now
 * @span: where to put it
 */
void notrace hostclock_span_get(const struct hostclock_view *v, u64 tsc,
				struct hostclock_span *span)
{
	u64 offset = v->anchor.tsc_offset;
	u64 seen = hostclock_seen_tsc();
	u64 now_ns = hostclock_set_counter(&v->set, offset, HOSTCLOCK_MONO, tsc);

	span->age_ns = now_ns - hostclock_params_ns(&v->set, HOSTCLOCK_MONO, 0);
	if (!seen)
		span->unseen_ns = span->age_ns;
	else if ((s64)(tsc - seen) > 0)
		span->unseen_ns = now_ns - hostclock_set_counter(&v->set, offset,
								 HOSTCLOCK_MONO, seen);
	else
		/* another CPU has looked since this one read the TSC */
		span->unseen_ns = 0;
}

/**
 * hostclock_continues - does a set continue the view's counters?
 * @v: the view
 * @set: private copy, validated; the view's offsets are for it too
 * @tsc: guest TSC, not before the set's cycle_last
 */
bool notrace hostclock_continues(const struct hostclock_view *v,
				 const struct hostclock_params *set, u64 tsc)
{
	struct hostclock_span span;
	int kind;

	hostclock_span_get(v, tsc, &span);
	for (kind = HOSTCLOCK_MONO; kind <= HOSTCLOCK_RAW; kind++) {
		u64 ns = hostclock_set_counter(set, v->anchor.tsc_offset, kind,
					       tsc) +
			 hostclock_offset(&v->anchor, kind);

		if (!hostclock_continuous(hostclock_held(v, kind, tsc), ns,
					  &span))
			return false;
	}
	return true;
}
