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
#include "refused.h"
#include "resync.h"
#include "seen.h"

/*
 * How long a reader waits for the resync it asked for.  Ordinarily the
 * interrupt has come before the first look; another CPU may be at it, which
 * takes a microsecond.  1000 times 10 to 50 ns, a pause, is at most 50 us.
 */
#define HOSTCLOCK_RESYNC_SPINS	1000

static seqcount_latch_t hostclock_latch = SEQCNT_LATCH_ZERO(hostclock_latch);
static struct hostclock_view hostclock_views[2];

/* Under view_busy */
static struct hostclock_clock_page hostclock_header;	/* without sets */
static bool hostclock_expired;				/* the page */

/* Writers' lock; interrupts off, any context.  The only one that reading may take. */
static atomic_t hostclock_view_busy;

/* The guest's counter when the status changed */
static u64 hostclock_status_since;

/* Answers some readings instead, while one is arranged */
static bool (*hostclock_override)(enum hostclock_counter kind, u64 *ns);

static bool notrace hostclock_view_trylock(void)
{
	return !atomic_cmpxchg_acquire(&hostclock_view_busy, 0, 1);
}

/**
 * hostclock_view_unlock - let others write the view
 */
void notrace hostclock_view_unlock(void)
{
	atomic_set_release(&hostclock_view_busy, 0);
}

/**
 * hostclock_view_lock - become the only writer of the view
 *
 * Whoever has the lock is in the middle of some hundred instructions.
 *
 * Context: interrupts off, not NMI.
 */
void hostclock_view_lock(void)
{
	while (!hostclock_view_trylock())
		cpu_relax();
}

/* Do the pages still say what the view says?  Two loads. */
static __always_inline bool hostclock_view_fresh(const struct hostclock_view *v)
{
	return HOSTCLOCK_LE32(v->cp->seq) >> 1 == v->count &&
	       HOSTCLOCK_LE64(v->gp->epoch) == v->anchor.guest_epoch;
}

static void hostclock_view_put_set(const struct hostclock_params *set, u32 count)
{
	int i;

	for (i = 0; i < 2; i++) {
		raw_write_seqcount_latch(&hostclock_latch);
		hostclock_views[i].set = *set;
		hostclock_views[i].count = count;
	}
}

/**
 * hostclock_view_put - change the view
 * @v: what it is to be
 * @header: its clock page's
 *
 * Context: view_busy held.
 */
void hostclock_view_put(const struct hostclock_view *v,
			const struct hostclock_clock_page *header)
{
	int i;

	hostclock_header = *header;
	for (i = 0; i < 2; i++) {
		raw_write_seqcount_latch(&hostclock_latch);
		hostclock_views[i] = *v;
	}
}

/**
 * hostclock_view_get - a consistent copy of the view
 * @view: where to put it
 */
void hostclock_view_get(struct hostclock_view *view)
{
	unsigned int seq;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		*view = hostclock_views[seq & 1];
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
}

/**
 * hostclock_anchor_get - a consistent copy of the view's anchor
 * @anchor: where to put it
 */
void hostclock_anchor_get(struct hostclock_accepted *anchor)
{
	unsigned int seq;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		*anchor = hostclock_views[seq & 1].anchor;
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
}

/**
 * hostclock_view_forget - drop the view: its pages go away
 *
 * Context: nobody reads counters any more, and no resync is under way.
 */
void hostclock_view_forget(void)
{
	memset(hostclock_views, 0, sizeof(hostclock_views));
	hostclock_expired = false;
	hostclock_status_since = 0;
}

/**
 * hostclock_counter_set_override - have somebody else answer some readings
 * @override: returns false for those that it does not answer; NULL: nobody
 *
 * Context: any.
 */
void notrace hostclock_counter_set_override(bool (*override)(enum hostclock_counter kind,
							     u64 *ns))
{
	WRITE_ONCE(hostclock_override, override);
}

static bool notrace hostclock_counter_overridden(enum hostclock_counter kind, u64 *ns)
{
	bool (*override)(enum hostclock_counter kind, u64 *ns) =
		READ_ONCE(hostclock_override);

	return override && override(kind, ns);
}

/* Is this set, just taken from the page, of the clock epoch that the view accepts? */
static bool notrace hostclock_same_clock_epoch(const struct hostclock_view *v,
					       const struct hostclock_params *set)
{
	u32 seq = HOSTCLOCK_LE32(v->cp->seq);

	if (le64_to_cpu(set->epoch) == v->anchor.clock_epoch)
		return true;
	/* The one before the newest; see hostclock_epoch_ok(). */
	return HOSTCLOCK_LE64(hostclock_newest(v->cp, seq)->epoch) ==
	       v->anchor.clock_epoch;
}

/**
 * hostclock_vdso_base_get - a counter as it is now by the view, for the vDSO
 * @kind: which
 * @line: where to put it
 *
 * Context: the timekeeper's write section.  It has just read a counter, and so
 * taken over what was new.
 */
void hostclock_vdso_base_get(enum hostclock_counter kind, struct hostclock_vdso_base *line)
{
	const struct hostclock_view *v;
	unsigned int seq;
	u64 tsc;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		v = &hostclock_views[seq & 1];
		line->mult = le32_to_cpu(kind == HOSTCLOCK_RAW ? v->set.raw_mult :
								 v->set.mult);
		line->shift = le32_to_cpu(v->set.shift);
		tsc = hostclock_rdtsc();
		line->ns = hostclock_held(v, kind, tsc);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));

	hostclock_seen_set(tsc);
	line->tsc = tsc - HOSTCLOCK_MAX_CPU_SKEW;
	/* 2^17 * 2^32 is below 2^64 */
	line->ns -= HOSTCLOCK_MAX_CPU_SKEW * line->mult >> line->shift;
}

/**
 * hostclock_other_status - is the status another by this set?
 * @set: private copy, validated; the view's is the one before
 * @tsc_offset: guest TSC - the page's counter
 * @tsc: guest TSC
 *
 * Having expired counts as one.
 *
 * Context: view_busy held, view not changed yet.
 */
bool notrace hostclock_other_status(const struct hostclock_params *set,
				    u64 tsc_offset, u64 tsc)
{
	bool expired = hostclock_expired;
	struct hostclock_sync_quality trust;

	hostclock_sync_quality_at(set, tsc - tsc_offset, &trust);
	hostclock_expired = !trust.valid;
	return hostclock_expired != expired ||
	       set->status != hostclock_views[0].set.status;
}

/**
 * hostclock_note_status - the status, as sysfs tells it, is another from now on
 * @v: the view, under which the counter is read
 * @tsc: guest TSC
 *
 * Context: any, NMI included.
 */
void notrace hostclock_note_status(const struct hostclock_view *v, u64 tsc)
{
	WRITE_ONCE(hostclock_status_since,
		   hostclock_held(v, HOSTCLOCK_MONO, tsc));
}

/**
 * hostclock_status_since_ns - the guest's counter when the status changed
 */
u64 hostclock_status_since_ns(void)
{
	return READ_ONCE(hostclock_status_since);
}

/* Both counters by a set: nobody may be reading the one, so it is noted here. */
static void notrace hostclock_note_both(const struct hostclock_view *v,
					const struct hostclock_params *set,
					u64 tsc)
{
	int kind;

	for (kind = HOSTCLOCK_MONO; kind <= HOSTCLOCK_RAW; kind++)
		hostclock_note(kind, hostclock_set_counter(set, v->anchor.tsc_offset,
							   kind, tsc) +
				     hostclock_offset(&v->anchor, kind));
}

/*
 * Take over a new set.  False: there is more to it.
 *
 * If it is one epoch that changed, MONOTONIC and RAW go on by this set, by which
 * programs may have read them already: a resync has to start from there, and not
 * from where the set before would be now.  If both did, the pages promise nothing.
 */
static bool notrace hostclock_refresh_locked(void)
{
	const struct hostclock_view *v = &hostclock_views[0];
	bool same_clock, same_guest;
	struct hostclock_params set;
	u32 count;
	u64 tsc;

	if (hostclock_take_set(v->cp, v->anchor.tsc_offset, &set, &count, &tsc))
		return false;
	same_clock = hostclock_same_clock_epoch(v, &set);
	same_guest = HOSTCLOCK_LE64(v->gp->epoch) == v->anchor.guest_epoch;
	if ((!same_clock && !same_guest) ||
	    hostclock_check_set(&hostclock_header, &set) ||
	    !hostclock_continues(v, &set, tsc))
		return false;
	hostclock_note_both(v, &set, tsc);
	if (hostclock_other_status(&set, v->anchor.tsc_offset, tsc)) {
		hostclock_note_status(v, tsc);
		hostclock_record(BIT(HOSTCLOCK_CHANGED_STATUS));
		/* whose handler has it reported */
		hostclock_resync_raise();
	}
	hostclock_view_put_set(&set, same_clock ? count : HOSTCLOCK_NO_COUNT);
	return same_clock && same_guest;
}

/* True too if somebody else is at it. */
static bool notrace hostclock_refresh(void)
{
	bool fine = true;
	unsigned long flags;

	local_irq_save(flags);
	if (hostclock_view_trylock()) {
		fine = hostclock_refresh_locked();
		hostclock_view_unlock();
	}
	local_irq_restore(flags);
	return fine;
}

/**
 * hostclock_stale - is there more to do than to take over a new set?
 *
 * Waits for another writer of the view, to know what comes of it.
 *
 * Context: any but NMI, while running.
 */
bool hostclock_stale(void)
{
	unsigned long flags;
	bool fine;

	local_irq_save(flags);
	hostclock_view_lock();
	fine = hostclock_refresh_locked();
	hostclock_view_unlock();
	local_irq_restore(flags);
	return !fine || hostclock_fault();
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
		cp = hostclock_views[seq & 1].cp;
		gp = hostclock_views[seq & 1].gp;
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
	if (!cp)
		return 0;
	return (u64)HOSTCLOCK_LE32(gp->seq) << 32 | HOSTCLOCK_LE32(cp->seq) >> 1;
}

/**
 * hostclock_known_refused - are the pages still as they were when refused?
 */
bool notrace hostclock_known_refused(void)
{
	return hostclock_refused(hostclock_pages_key());
}

/*
 * The pages are not what the view says.  Waits for the resync, but not long, where
 * that is possible.
 */
static void notrace hostclock_request_resync(void)
{
	unsigned int seq = READ_ONCE(hostclock_latch.seqcount.sequence);
	int spins = HOSTCLOCK_RESYNC_SPINS;

	if (hostclock_resync_running() || hostclock_known_refused() ||
	    !hostclock_budget())
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
	return hostclock_resync_take_forced() || hostclock_stale();
}

/*
 * Something is new.  Usually that is a set; it may be that this CPU's TSC is
 * behind the base by a hair, where the pages have the exact answer.
 */
static noinline notrace u64 hostclock_counter_slow(enum hostclock_counter kind)
{
	const struct hostclock_view *v;
	enum hostclock_result result;
	u64 ns, before_ns, held_ns, tsc;
	struct hostclock_span span;
	unsigned int seq;
	bool fine;

	if (hostclock_counter_overridden(kind, &ns))
		return ns;
	fine = hostclock_refresh();
	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		v = &hostclock_views[seq & 1];
		/* A vCPU may be descheduled between any two of these lines. */
		before_ns = hostclock_held(v, kind, hostclock_rdtsc());
		result = hostclock_read(v->cp, v->gp, &v->anchor, kind, &ns);
		tsc = hostclock_rdtsc();
		held_ns = hostclock_held(v, kind, tsc);
		hostclock_span_get(v, tsc, &span);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));

	if (fine && result == HOSTCLOCK_OK &&
	    hostclock_continuous(clamp(ns, before_ns, held_ns), ns, &span)) {
		if (unlikely(hostclock_fault()))
			hostclock_request_resync();
		return hostclock_note(kind, ns);
	}
	if (result != HOSTCLOCK_BUSY)
		hostclock_request_resync();
	return hostclock_note(kind, held_ns);
}

/**
 * hostclock_counter - one of the guest's counters, now
 * @kind: which
 *
 * Context: any, NMI included, while running.
 * Return: ns, below 2^63; by the last good parameters if the pages' epochs are
 * not those accepted, in which case a resync has been asked for.
 */
u64 notrace hostclock_counter(enum hostclock_counter kind)
{
	const struct hostclock_view *v;
	unsigned int seq;
	u64 delta, ns;
	bool good;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		v = &hostclock_views[seq & 1];
		/*
		 * The pages are looked at after the TSC is read: if they are
		 * as they were, no set that begins before this TSC value has
		 * been published, because sets are published ahead.
		 */
		delta = hostclock_rdtsc() - v->anchor.tsc_offset -
			le64_to_cpu(v->set.cycle_last);
		good = hostclock_view_fresh(v) && (s64)delta >= 0;
		ns = hostclock_params_ns(&v->set, kind, delta) +
		     hostclock_offset(&v->anchor, kind);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));

	if (likely(good && !READ_ONCE(hostclock_override) &&
		   ns - hostclock_last_ns(kind) < HOSTCLOCK_NOTE_NS))
		return ns;
	return hostclock_counter_slow(kind);
}
