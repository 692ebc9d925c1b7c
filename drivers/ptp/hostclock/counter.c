// SPDX-License-Identifier: GPL-2.0-only
/*
 * The accepted state, and reading the guest's counters by it.  Readers use their
 * private copy of the host parameters, and only check whether the pages changed.
 *
 * It is protected by a latch: a reader in an NMI that interrupted a writer still
 * finds a consistent copy.  A reader that finds newer parameters accepts them itself
 * if it gets the write lock at once.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/seqlock.h>
#include <linux/string.h>

#include <hostclock/clocks.h>

#include "counter.h"
#include "gap.h"
#include "page.h"
#include "params.h"
#include "readings.h"
#include "rejected.h"
#include "resync.h"
#include "sets.h"

/*
 * How often a reader checks for the resync that it requested, or for another one that
 * accepts new parameters.  A pause takes 10 to 50 ns, so this is at most 50 us.
 */
#define HOSTCLOCK_SPINS		1000

static seqcount_latch_t hostclock_latch = SEQCNT_LATCH_ZERO(hostclock_latch);
static struct hostclock_read_base hostclock_read_bases[2];

/* The write lock.  Taken with interrupts off; readers only try to take it. */
static atomic_t hostclock_writing;

/* Under the write lock: the clock page's header, and whether its status expired */
static struct hostclock_clock_page hostclock_header;
static bool hostclock_expired;

/* Under the write lock: what replaces the accepted state */
static struct hostclock_read_base hostclock_scratch;

/* See hostclock_counter_set_override() */
static bool (*hostclock_override)(enum hostclock_counter which, u64 *ns);

static bool notrace hostclock_write_trylock(void)
{
	/* Who spins keeps the cache line shared. */
	return !atomic_read(&hostclock_writing) &&
	       !atomic_cmpxchg_acquire(&hostclock_writing, 0, 1);
}

/* Wait for the CPU that has it, but not for long: it may be a vCPU that does not run. */
static bool notrace hostclock_write_tryhard(void)
{
	int spins = in_nmi() ? 0 : HOSTCLOCK_SPINS;

	while (!hostclock_write_trylock()) {
		if (!spins--)
			return false;
		cpu_relax();
	}
	return true;
}

void notrace hostclock_write_unlock(void)
{
	atomic_set_release(&hostclock_writing, 0);
}

/**
 * hostclock_write_lock - lock the accepted state for writing
 *
 * The lock is held for some hundred instructions only.
 *
 * Context: interrupts off, not NMI.
 */
void hostclock_write_lock(void)
{
	while (!hostclock_write_trylock())
		cpu_relax();
}

/* Two loads, unless the clock page is being updated */
static __always_inline bool hostclock_pages_unchanged(const struct hostclock_read_base *rb)
{
	u32 seq = HOSTCLOCK_LE32(rb->cp->seq);

	return seq >> 1 == rb->count &&
	       HOSTCLOCK_LE64(rb->gp->epoch) == rb->accepted.guest_epoch &&
	       (likely(!(seq & 1)) || hostclock_newest_holds(rb->cp, seq));
}

static void notrace hostclock_read_base_store(const struct hostclock_read_base *rb)
{
	int i;

	for (i = 0; i < 2; i++) {
		raw_write_seqcount_latch(&hostclock_latch);
		hostclock_read_bases[i] = *rb;
	}
}

/**
 * hostclock_read_base_set - replace the accepted state
 * @rb: the new one
 * @header: private copy of its clock page's header, validated
 *
 * Context: write lock held.
 */
void hostclock_read_base_set(const struct hostclock_read_base *rb,
			     const struct hostclock_clock_page *header)
{
	hostclock_header = *header;
	hostclock_read_base_store(rb);
}

/**
 * hostclock_read_base_get - get a consistent copy of the accepted state
 * @rb: where to put it
 */
void notrace hostclock_read_base_get(struct hostclock_read_base *rb)
{
	unsigned int seq;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		*rb = hostclock_read_bases[seq & 1];
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
}

/**
 * hostclock_accepted_get - get the accepted epochs and offsets alone
 * @a: where to put them
 */
void hostclock_accepted_get(struct hostclock_accepted *a)
{
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	*a = rb.accepted;
}

/**
 * hostclock_read_base_clear - forget the accepted state
 *
 * Context: no counter is read any more, no resync is pending.
 */
void hostclock_read_base_clear(void)
{
	memset(hostclock_read_bases, 0, sizeof(hostclock_read_bases));
	hostclock_expired = false;
	hostclock_clear_status_change();
}

/**
 * hostclock_counter_set_override - let a backend answer readings
 * @override: called for every reading; false: read the counter as usual.  Or NULL.
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

/**
 * hostclock_status_differs - do parameters change the status?
 * @params: private copy, validated
 * @tsc_offset: guest TSC - the page's counter
 * @tsc: guest TSC
 *
 * Expiry is a change of status.
 *
 * Context: write lock held, before the accepted state is replaced.
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

/* The status may have changed with the parameters. */
static void notrace hostclock_update_status(const struct hostclock_read_base *rb,
					    const struct hostclock_params *params, u64 tsc)
{
	if (!hostclock_status_differs(params, rb->accepted.tsc_offset, tsc))
		return;
	hostclock_record_status_change(rb, tsc);
	hostclock_record(BIT(HOSTCLOCK_CHANGED_STATUS));
	/* its handler schedules the notification */
	hostclock_resync_raise();
}

/*
 * Accept newer parameters into a copy of the accepted state.  Return false if a resync
 * is needed.
 *
 * If one epoch changed, MONOTONIC and RAW go on by these parameters: the vDSO may have
 * used them already, so the resync has to start from there.  If both epochs changed,
 * the new parameters tell nothing about the accepted ones.
 */
static bool notrace hostclock_take_params(struct hostclock_read_base *rb, u64 *tsc,
					  bool *taken)
{
	static struct hostclock_params params, previous;	/* under the write lock */
	bool same_clock, same_guest;
	u32 count;

	if (hostclock_copy_params(rb->cp, rb->accepted.tsc_offset, &params, &count, tsc))
		return false;
	hostclock_copy_previous(rb->cp, &hostclock_header, count, &previous);
	same_clock = hostclock_same_clock_epoch(rb, &params);
	same_guest = HOSTCLOCK_LE64(rb->gp->epoch) == rb->accepted.guest_epoch;
	if ((!same_clock && !same_guest) ||
	    hostclock_gap_reported(rb, *tsc) ||
	    hostclock_check_params(&hostclock_header, &params) ||
	    !hostclock_params_continue(rb, &params, *tsc))
		return false;
	hostclock_update_status(rb, &params, *tsc);
	hostclock_params_replace(rb, &params, &previous, *tsc);
	rb->count = same_clock ? count : HOSTCLOCK_NOT_NEWEST;
	*taken = true;
	return same_clock && same_guest && hostclock_base_reached(rb, *tsc);
}

/* Accept newer parameters.  Return false if a resync is needed. */
static bool notrace hostclock_update_locked(void)
{
	struct hostclock_read_base *rb = &hostclock_scratch;
	u64 tsc = hostclock_rdtsc();
	bool updated, changed = false;

	*rb = hostclock_read_bases[0];
	if (hostclock_pages_unchanged(rb)) {
		hostclock_update_status(rb, &rb->params, tsc);
		updated = hostclock_base_reached(rb, tsc);
	} else {
		updated = hostclock_take_params(rb, &tsc, &changed);
	}
	if (hostclock_base_expired(rb, tsc)) {
		hostclock_base_renew(rb, tsc);
		changed = true;
	}
	if (changed)
		hostclock_read_base_store(rb);
	return updated;
}

/*
 * Make a base of what the page says now: one by parameters whose successors have begun
 * would be where these cannot follow.
 */
static void hostclock_base_renew_locked(void)
{
	struct hostclock_read_base *rb = &hostclock_scratch;
	int tries = HOSTCLOCK_MAX_TRIES;
	bool updated;
	u64 tsc;

	do {
		updated = hostclock_update_locked();
		tsc = hostclock_rdtsc();
	} while (updated && !hostclock_params_in_force(rb, tsc) && --tries);
	hostclock_base_renew(rb, tsc);
	hostclock_read_base_store(rb);
}

/**
 * hostclock_vdso_base_renew - have readings held to where the counters are now
 *
 * Not if another vCPU writes, which does not run.
 *
 * Context: the timekeeper's write section.
 */
void hostclock_vdso_base_renew(void)
{
	if (hostclock_write_tryhard()) {
		hostclock_base_renew_locked();
		hostclock_write_unlock();
	}
}

/*
 * hostclock_update_locked(), or wait for the CPU that does it.  If that takes long, its
 * vCPU does not run: the resync waits for it.
 */
static bool notrace hostclock_try_update(void)
{
	unsigned long flags;
	bool updated = false;

	local_irq_save(flags);
	if (hostclock_write_tryhard()) {
		updated = hostclock_update_locked();
		hostclock_write_unlock();
	}
	local_irq_restore(flags);
	return updated;
}

/**
 * hostclock_resync_needed - accept newer parameters; is that enough?
 *
 * Waits for other writers.
 *
 * Context: any but NMI, while running.
 */
bool hostclock_resync_needed(void)
{
	unsigned long flags;
	bool updated;

	local_irq_save(flags);
	hostclock_write_lock();
	updated = hostclock_update_locked();
	hostclock_write_unlock();
	local_irq_restore(flags);
	return !updated || hostclock_error();
}

/**
 * hostclock_base_late - does the vDSO read by a base that no tick has renewed in time?
 *
 * Context: any, while running.
 */
bool notrace hostclock_base_late(void)
{
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	return hostclock_base_old(&rb, hostclock_rdtsc());
}

/**
 * hostclock_pages_key - identify the pages' content
 *
 * The guest page's sequence count, and the clock page's without its lowest bit.
 */
u64 notrace hostclock_pages_key(void)
{
	struct hostclock_read_base rb;

	hostclock_read_base_get(&rb);
	if (!rb.cp)
		return 0;
	return (u64)HOSTCLOCK_LE32(rb.gp->seq) << 32 | HOSTCLOCK_LE32(rb.cp->seq) >> 1;
}

/**
 * hostclock_known_rejected - are the pages unchanged since they were rejected?
 */
bool notrace hostclock_known_rejected(void)
{
	return hostclock_rejected(hostclock_pages_key());
}

/* Request a resync, and wait for it where that is possible, but not for long. */
static void notrace hostclock_request_resync(void)
{
	unsigned int seq = READ_ONCE(hostclock_latch.seqcount.sequence);
	int spins = HOSTCLOCK_SPINS;

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
 * hostclock_resync_due - is a resync still needed, or has another CPU done it?
 *
 * Context: any but NMI.  If true, the caller must do it: it is reported once.
 */
bool hostclock_resync_due(void)
{
	return hostclock_resync_take_forced() || hostclock_resync_needed();
}

/* Did these parameters and this guest epoch hold when the TSC was read? */
static bool notrace hostclock_pages_in_force(const struct hostclock_read_base *rb, u64 tsc)
{
	u32 seq = HOSTCLOCK_LE32(rb->cp->seq);

	return hostclock_params_in_force(rb, tsc) &&
	       HOSTCLOCK_LE64(rb->gp->epoch) == rb->accepted.guest_epoch &&
	       (likely(!(seq & 1)) || hostclock_newest_holds(rb->cp, seq));
}

/* Return whether it is what the pages said then. */
static bool notrace hostclock_counter_accepted(enum hostclock_counter which, u64 *ns,
					       u64 *tsc)
{
	const struct hostclock_read_base *rb;
	unsigned int seq;
	bool in_force;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		rb = &hostclock_read_bases[seq & 1];
		*tsc = hostclock_rdtsc();
		*ns = hostclock_extrapolate(rb, which, *tsc);
		in_force = hostclock_pages_in_force(rb, *tsc);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));
	return in_force;
}

/*
 * Slow path: new parameters, the TSC is before cycle_last (cross-CPU skew), or the
 * reading is not near the last vDSO update.  hostclock_try_update() copies the pages and
 * judges them; the copy is read, and again if the vCPU did not run until newer ones began.
 * The last try asks for a resync, as does one while a tick is late: that makes a base.
 */
static noinline notrace u64 hostclock_counter_slow(enum hostclock_counter which, u64 *tsc)
{
	int tries = HOSTCLOCK_MAX_TRIES;
	bool updated;
	u64 ns;

	*tsc = 0;
	if (hostclock_counter_overridden(which, &ns))
		return ns;
	do {
		updated = hostclock_try_update() && --tries;
		if (unlikely(!updated || hostclock_error() || hostclock_base_late()))
			hostclock_request_resync();
	} while (unlikely(!hostclock_counter_accepted(which, &ns, tsc)) && updated);
	return hostclock_record_reading(which, ns);
}

/**
 * hostclock_counter_tsc - read one of the guest's counters, and of what it is a function
 * @which: counter
 * @tsc: where to put the guest TSC value; 0 if it is no function of one
 *
 * If the pages' epochs are not the accepted ones, it is extrapolated by the accepted
 * parameters and a resync is requested.
 *
 * Context: any, NMI included, while running.
 * Return: ns, below 2^63.
 */
u64 notrace hostclock_counter_tsc(enum hostclock_counter which, u64 *tsc)
{
	const struct hostclock_read_base *rb;
	u64 delta, ns;
	unsigned int seq;
	bool good;

	do {
		seq = raw_read_seqcount_latch(&hostclock_latch);
		rb = &hostclock_read_bases[seq & 1];
		/*
		 * The TSC is read before the pages are checked.  Parameters are
		 * published ahead of their cycle_last, so if the pages are
		 * unchanged, none that begin before this TSC value exist.  Those of
		 * a LIVE page begin when seq becomes odd.
		 */
		*tsc = hostclock_rdtsc();
		delta = *tsc - rb->accepted.tsc_offset - le64_to_cpu(rb->params.cycle_last);
		good = hostclock_pages_unchanged(rb) && (s64)delta >= 0;
		ns = hostclock_params_ns(&rb->params, which, delta) +
		     hostclock_offset(&rb->accepted, which);
		good &= hostclock_vdso_agrees(&rb->base[which], *tsc, ns) &&
			!hostclock_base_old(rb, *tsc);
	} while (raw_read_seqcount_latch_retry(&hostclock_latch, seq));

	if (likely(good && !READ_ONCE(hostclock_override)))
		return ns;
	return hostclock_counter_slow(which, tsc);
}
