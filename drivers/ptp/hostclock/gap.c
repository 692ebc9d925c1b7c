// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gaps that the guest page reports and that are not accepted yet.
 */
#include <linux/kernel.h>

#include <hostclock/continuity.h>

#include "gap.h"
#include "readings.h"

/*
 * A gap is believed if it begins this close to the accepted parameters and ends this
 * close to now: 2^44 counts, 112 min at 2.6 GHz, 29 min at 10 GHz.  An idle guest
 * wakes up every 881 s.
 */
#define HOSTCLOCK_GAP_WINDOW	BIT_ULL(44)

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

/**
 * hostclock_without_gap - a guest TSC value without the ticks of gaps that the guest page
 *	reports and the accepted state does not include yet
 * @rb: accepted state
 * @gp: the guest page, or a copy of it
 * @tsc: guest TSC
 *
 * The page has not been validated and may still be rejected, so the gap is used only
 * if the magic matches and it is within HOSTCLOCK_GAP_WINDOW.
 */
u64 notrace hostclock_without_gap(const struct hostclock_read_base *rb,
				  const struct hostclock_guest_page *gp, u64 tsc)
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
 * hostclock_gap_reported - does the guest page report a gap that is not accepted yet?
 * @rb: accepted state, whose parameters are to be kept then: newer ones begin too late
 * @tsc: guest TSC
 */
bool notrace hostclock_gap_reported(const struct hostclock_read_base *rb, u64 tsc)
{
	return hostclock_without_gap(rb, rb->gp, tsc) != tsc;
}
