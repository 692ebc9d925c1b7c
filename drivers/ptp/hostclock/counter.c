// SPDX-License-Identifier: GPL-2.0-only
/*
 * The view: what the kernel has accepted from the pages.  Readings are made
 * from it alone; the pages are asked only whether they still say the same.
 *
 * It lies behind a latch, so that a reader in an NMI that interrupted a writer
 * finds one whole copy.  A reader that meets a new parameter set takes it over
 * itself, if it gets the writers' lock without waiting.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/seqlock.h>
#include <linux/string.h>

#include <hostclock/clocks.h>

#include "counter.h"
#include "page.h"
#include "params.h"
#include "readings.h"
#include "rejected.h"
#include "resync.h"

/*
 * How long a reader waits for the resync it asked for.  Ordinarily the
 * interrupt has come before the first look; another CPU may be at it, which
 * takes a microsecond.  1000 times 10 to 50 ns, a pause, is at most 50 us.
 */
#define HOSTCLOCK_RESYNC_SPINS	1000

static seqcount_latch_t hostclock_latch = SEQCNT_LATCH_ZERO(hostclock_latch);
static struct hostclock_read_base hostclock_read_bases[2];

/* Under view_busy */
static struct hostclock_clock_page hostclock_header;	/* without sets */
static bool hostclock_expired;				/* the page */

/* Writers' lock; interrupts off, any context.  The only one that reading may take. */
static atomic_t hostclock_writing;

/* The guest's counter when the status changed */
static u64 hostclock_status_since;

/* Answers some readings instead, while one is arranged */
static bool (*hostclock_override)(enum hostclock_counter which, u64 *ns);

static bool notrace hostclock_write_trylock(void)
{
	return !atomic_cmpxchg_acquire(&hostclock_writing, 0, 1);
}

/**
 * hostclock_write_unlock - let others write the view
 */
void notrace hostclock_write_unlock(void)
{
	atomic_set_release(&hostclock_writing, 0);
}

/**
 * hostclock_write_lock - become the only writer of the view
 *
 * Whoever has the lock is in the middle of some hundred instructions.
 *
 * Context: interrupts off, not NMI.
 */
void hostclock_write_lock(void)
{
	while (!hostclock_write_trylock())
		cpu_relax();
}

/* Do the pages still say what the view says?  Two loads. */
static __always_inline bool hostclock_pages_unchanged(const struct hostclock_read_base *rb)
{
	return HOSTCLOCK_LE32(rb->cp->seq) >> 1 == rb->count &&
	       HOSTCLOCK_LE64(rb->gp->epoch) == rb->accepted.guest_epoch;
}

static void hostclock_read_base_set_params(const struct hostclock_params *params, u32 count)
{
	int i;

	for (i = 0; i < 2; i++) {
		raw_write_seqcount_latch(&hostclock_latch);
		hostclock_read_bases[i].params = *params;
		hostclock_read_bases[i].count = count;
	}
}

/**
 * hostclock_read_base_set - change the view
 * @rb: what it is to be
 * @header: its clock page's
 *
 * Context: view_busy held.
 */
void hostclock_read_base_set(const struct hostclock_read_base *rb,
			     const struct hostclock_clock_page *header)
{
	int i;

	hostclock_header = *header;
	for (i = 0; i < 2; i++) {
		raw_write_seqcount_latch(&hostclock_latch);
		hostclock_read_bases[i] = *rb;
	}
}

/**
 * hostclock_read_base_get - a consistent copy of the view
 * @view: where to put it
 */
void hostclock_read_base_get(struct hostclock_read_base *view)
{
	unsigned int seq;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		*view = hostclock_read_bases[seq & 1];
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
}

/**
 * hostclock_accepted_get - a consistent copy of the view's anchor
 * @anchor: where to put it
 */
void hostclock_accepted_get(struct hostclock_accepted *anchor)
{
	unsigned int seq;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		*anchor = hostclock_read_bases[seq & 1].accepted;
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
}

/**
 * hostclock_read_base_clear - drop the view: its pages go away
 *
 * Context: nobody reads counters any more, and no resync is under way.
 */
void hostclock_read_base_clear(void)
{
	memset(hostclock_read_bases, 0, sizeof(hostclock_read_bases));
	hostclock_expired = false;
	hostclock_status_since = 0;
}

/**
 * hostclock_counter_set_override - have somebody else answer some readings
 * @override: returns false for those that it does not answer; NULL: nobody
 *
 * Context: any.
 */
void notrace hostclock_counter_set_override(bool (*override)(enum hostclock_counter which,
							     u64 *ns))
{
	WRITE_ONCE(hostclock_override, override);
}

static bool notrace hostclock_counter_overridden(enum hostclock_counter which, u64 *ns)
{
	bool (*override)(enum hostclock_counter which, u64 *ns) =
		READ_ONCE(hostclock_override);

	return override && override(which, ns);
}

/* Is this set, just taken from the page, of the clock epoch that the view accepts? */
static bool notrace hostclock_same_clock_epoch(const struct hostclock_read_base *rb,
					       const struct hostclock_params *params)
{
	u32 seq = HOSTCLOCK_LE32(rb->cp->seq);

	if (le64_to_cpu(params->epoch) == rb->accepted.clock_epoch)
		return true;
	/* The one before the newest; see hostclock_epoch_ok(). */
	return HOSTCLOCK_LE64(hostclock_newest(rb->cp, seq)->epoch) ==
	       rb->accepted.clock_epoch;
}

/**
 * hostclock_vdso_base_get - a counter as it is now by the view, for the vDSO
 * @which: counter
 * @line: where to put it
 *
 * Context: the timekeeper's write section.  It has just read a counter, and so
 * taken over what was new.
 */
void hostclock_vdso_base_get(enum hostclock_counter which, struct hostclock_vdso_base *line)
{
	const struct hostclock_read_base *rb;
	unsigned int seq;
	u64 tsc;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		rb = &hostclock_read_bases[seq & 1];
		line->mult = le32_to_cpu(which == HOSTCLOCK_RAW ? rb->params.raw_mult :
								 rb->params.mult);
		line->shift = le32_to_cpu(rb->params.shift);
		tsc = hostclock_rdtsc();
		line->ns = hostclock_extrapolate(rb, which, tsc);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));

	hostclock_set_vdso_update_tsc(tsc);
	line->tsc = tsc - HOSTCLOCK_MAX_CPU_SKEW;
	/* 2^17 * 2^32 is below 2^64 */
	line->ns -= HOSTCLOCK_MAX_CPU_SKEW * line->mult >> line->shift;
}

/**
 * hostclock_status_differs - is the status another by this set?
 * @params: private copy, validated; the view's is the one before
 * @tsc_offset: guest TSC - the page's counter
 * @tsc: guest TSC
 *
 * Having expired counts as one.
 *
 * Context: view_busy held, view not changed yet.
 */
bool notrace hostclock_status_differs(const struct hostclock_params *params,
				      u64 tsc_offset, u64 tsc)
{
	bool expired = hostclock_expired;
	struct hostclock_sync_quality quality;

	hostclock_sync_quality_at(params, tsc - tsc_offset, &quality);
	hostclock_expired = !quality.valid;
	return hostclock_expired != expired ||
	       params->status != hostclock_read_bases[0].params.status;
}

/**
 * hostclock_record_status_change - the status, as sysfs tells it, is another from now on
 * @rb: the view, under which the counter is read
 * @tsc: guest TSC
 *
 * Context: any, NMI included.
 */
void notrace hostclock_record_status_change(const struct hostclock_read_base *rb, u64 tsc)
{
	WRITE_ONCE(hostclock_status_since,
		   hostclock_extrapolate(rb, HOSTCLOCK_MONO, tsc));
}

/**
 * hostclock_status_since_ns - the guest's counter when the status changed
 */
u64 hostclock_status_since_ns(void)
{
	return READ_ONCE(hostclock_status_since);
}

/* Both counters by a set: nobody may be reading the one, so it is noted here. */
static void notrace hostclock_record_both(const struct hostclock_read_base *rb,
					  const struct hostclock_params *params,
					  u64 tsc)
{
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		hostclock_record_reading(which, hostclock_params_counter(params, rb->accepted.tsc_offset,
									 which, tsc) +
				     hostclock_offset(&rb->accepted, which));
}

/*
 * Take over a new set.  False: there is more to it.
 *
 * If it is one epoch that changed, MONOTONIC and RAW go on by this set, by which
 * programs may have read them already: a resync has to start from there, and not
 * from where the set before would be now.  If both did, the pages promise nothing.
 */
static bool notrace hostclock_update_locked(void)
{
	const struct hostclock_read_base *rb = &hostclock_read_bases[0];
	bool same_clock, same_guest;
	struct hostclock_params params;
	u32 count;
	u64 tsc;

	if (hostclock_copy_params(rb->cp, rb->accepted.tsc_offset, &params, &count, &tsc))
		return false;
	same_clock = hostclock_same_clock_epoch(rb, &params);
	same_guest = HOSTCLOCK_LE64(rb->gp->epoch) == rb->accepted.guest_epoch;
	if ((!same_clock && !same_guest) ||
	    hostclock_check_params(&hostclock_header, &params) ||
	    !hostclock_params_continue(rb, &params, tsc))
		return false;
	hostclock_record_both(rb, &params, tsc);
	if (hostclock_status_differs(&params, rb->accepted.tsc_offset, tsc)) {
		hostclock_record_status_change(rb, tsc);
		hostclock_record(BIT(HOSTCLOCK_CHANGED_STATUS));
		/* whose handler has it reported */
		hostclock_resync_raise();
	}
	hostclock_read_base_set_params(&params, same_clock ? count : HOSTCLOCK_NOT_NEWEST);
	return same_clock && same_guest;
}

/* True too if somebody else is at it. */
static bool notrace hostclock_try_update(void)
{
	bool fine = true;
	unsigned long flags;

	local_irq_save(flags);
	if (hostclock_write_trylock()) {
		fine = hostclock_update_locked();
		hostclock_write_unlock();
	}
	local_irq_restore(flags);
	return fine;
}

/**
 * hostclock_resync_needed - is there more to do than to take over a new set?
 *
 * Waits for another writer of the view, to know what comes of it.
 *
 * Context: any but NMI, while running.
 */
bool hostclock_resync_needed(void)
{
	unsigned long flags;
	bool fine;

	local_irq_save(flags);
	hostclock_write_lock();
	fine = hostclock_update_locked();
	hostclock_write_unlock();
	local_irq_restore(flags);
	return !fine || hostclock_error();
}

/**
 * hostclock_pages_key - what tells one state of the pages from another
 *
 * In one word: the guest page's sequence count, and the clock page's under which a set
 * is the newest.
 */
u64 notrace hostclock_pages_key(void)
{
	const struct hostclock_clock_page *cp;
	const struct hostclock_guest_page *gp;
	unsigned int seq;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		cp = hostclock_read_bases[seq & 1].cp;
		gp = hostclock_read_bases[seq & 1].gp;
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
	if (!cp)
		return 0;
	return (u64)HOSTCLOCK_LE32(gp->seq) << 32 | HOSTCLOCK_LE32(cp->seq) >> 1;
}

/**
 * hostclock_known_rejected - are the pages still as they were when refused?
 */
bool notrace hostclock_known_rejected(void)
{
	return hostclock_rejected(hostclock_pages_key());
}

/*
 * The pages are not what the view says.  Waits for the resync, but not long, where
 * that is possible.
 */
static void notrace hostclock_request_resync(void)
{
	unsigned int seq = READ_ONCE(hostclock_latch.seqcount.sequence);
	int spins = HOSTCLOCK_RESYNC_SPINS;

	if (hostclock_resync_running() || hostclock_known_rejected() ||
	    !hostclock_resync_allowed())
		return;
	hostclock_resync_raise();
	if (irqs_disabled() || in_nmi())
		return;
	while (spins-- && !raw_read_seqcount_latch_retry(&hostclock_latch, seq))
		cpu_relax();
}

/**
 * hostclock_resync_due - is it still to be done, or did another CPU do it?
 *
 * Context: any but NMI; what is due is to be done before this is asked again.
 */
bool hostclock_resync_due(void)
{
	return hostclock_resync_take_forced() || hostclock_resync_needed();
}

/*
 * Something is new.  Usually that is a set; it may be that this CPU's TSC is
 * behind the base by a hair, where the pages have the exact answer.
 */
static noinline notrace u64 hostclock_counter_slow(enum hostclock_counter which)
{
	const struct hostclock_read_base *rb;
	enum hostclock_result result;
	u64 ns, before_ns, extrapolated_ns, tsc;
	struct hostclock_interval interval;
	unsigned int seq;
	bool fine;

	if (hostclock_counter_overridden(which, &ns))
		return ns;
	fine = hostclock_try_update();
	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		rb = &hostclock_read_bases[seq & 1];
		/* A vCPU may be descheduled between any two of these lines. */
		before_ns = hostclock_extrapolate(rb, which, hostclock_rdtsc());
		result = hostclock_read(rb->cp, rb->gp, &rb->accepted, which, &ns);
		tsc = hostclock_rdtsc();
		extrapolated_ns = hostclock_extrapolate(rb, which, tsc);
		hostclock_interval_get(rb, tsc, &interval);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));

	if (fine && result == HOSTCLOCK_OK &&
	    hostclock_within_drift(clamp(ns, before_ns, extrapolated_ns), ns, &interval)) {
		if (unlikely(hostclock_error()))
			hostclock_request_resync();
		return hostclock_record_reading(which, ns);
	}
	if (result != HOSTCLOCK_BUSY)
		hostclock_request_resync();
	return hostclock_record_reading(which, extrapolated_ns);
}

/**
 * hostclock_counter - one of the guest's counters, now
 * @which: counter
 *
 * Context: any, NMI included, while running.
 * Return: ns, below 2^63; by the last good parameters if the pages' epochs are
 * not those accepted, in which case a resync has been asked for.
 */
u64 notrace hostclock_counter(enum hostclock_counter which)
{
	const struct hostclock_read_base *rb;
	unsigned int seq;
	u64 delta, ns;
	bool good;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		rb = &hostclock_read_bases[seq & 1];
		/*
		 * The pages are looked at after the TSC is read: if they are
		 * as they were, no set that begins before this TSC value has
		 * been published, because sets are published ahead.
		 */
		delta = hostclock_rdtsc() - rb->accepted.tsc_offset -
			le64_to_cpu(rb->params.cycle_last);
		good = hostclock_pages_unchanged(rb) && (s64)delta >= 0;
		ns = hostclock_params_ns(&rb->params, which, delta) +
		     hostclock_offset(&rb->accepted, which);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));

	if (likely(good && !READ_ONCE(hostclock_override) &&
		   ns - hostclock_last_reading(which) < HOSTCLOCK_RECORD_INTERVAL_NS))
		return ns;
	return hostclock_counter_slow(which);
}
