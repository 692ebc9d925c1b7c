// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accepting the pages: checking what changed, and choosing the offsets by which the
 * guest's counters continue.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <hostclock/continuity.h>

#include "accept.h"
#include "counter.h"
#include "gap.h"
#include "other_vm.h"
#include "page.h"
#include "params.h"
#include "readings.h"
#include "rejected.h"
#include "resync.h"
#include "sets.h"

/* Under the write lock */
static struct hostclock_info hostclock_latest_info;
static struct hostclock_snapshot hostclock_scratch;
static u64 hostclock_accepted_key;	/* hostclock_pages_key() of what was accepted */

static bool hostclock_is_running;
static u64 hostclock_max_jump_ns;

/* Does MONOTONIC count a gap, which is time that passed while the guest did not run? */
static bool hostclock_counts_gap(const struct hostclock_guest_page *guest)
{
	u8 policy = hostclock_policy();

	if (hostclock_asleep())
		return false;
	if (policy == HOSTCLOCK_POLICY_DEFAULT)
		policy = guest->mono_policy;
	if (policy == HOSTCLOCK_POLICY_DEFAULT)
		return guest->cause == HOSTCLOCK_CAUSE_MIGRATION;
	return policy == HOSTCLOCK_POLICY_STEAL;
}

/*
 * The gaps since the accepted epoch, which may be several; only the last one if the page
 * does not tell their sum, or belongs to another generation.
 */
static u64 hostclock_new_gap_ns(const struct hostclock_guest_page *guest)
{
	u64 gaps_ns = le64_to_cpu(guest->gaps_ns);
	u64 seen_ns = hostclock_latest_info.gaps_ns;

	if (!gaps_ns ||
	    le64_to_cpu(guest->generation) != hostclock_latest_info.generation)
		return le64_to_cpu(guest->gap_ns);
	return gaps_ns > seen_ns ? gaps_ns - seen_ns : 0;
}

/*
 * How far the clocks jump at the start of a guest epoch.
 *
 * The guest's own policy overrides the page's.  By default MONOTONIC counts the gap of a
 * migration, as if the guest had run on, and only BOOTTIME counts any other.  A gap that
 * the counter has no headroom for is counted by BOOTTIME, one that the clock has none
 * for by none.  A correction of a gap (same_gap) goes where the gap went.  Of a gap during
 * the guest's own sleep see suspend.c.
 */
static void hostclock_account_gap(const struct hostclock_snapshot *c,
				  bool same_gap, u64 headroom_ns,
				  struct hostclock_change *change)
{
	u64 gap_ns = hostclock_new_gap_ns(&c->guest);

	change->counted = same_gap ? hostclock_latest_info.counted :
				    hostclock_counts_gap(&c->guest);
	if (gap_ns > min(headroom_ns, hostclock_max_jump_ns))
		change->counted = false;
	change->dropped = same_gap ? hostclock_latest_info.dropped :
			  gap_ns > (change->counted ? change->mono_headroom_ns :
						      change->boot_headroom_ns);
	if (change->dropped)
		return;
	if (change->counted) {
		change->counter_jump_ns = gap_ns;
		change->mono_jump_ns = gap_ns;
	} else if (change->asleep_ns) {
		change->counter_jump_ns = min(gap_ns, headroom_ns);
	} else {
		change->boot_jump_ns = gap_ns;
	}
}

/*
 * Counters above this are rejected: 8.07 * 10^18 ns, 255 years.  The 36 years left until
 * 2^63 ns are more than the 30 years that the kernel allows for an uptime.
 */
#define HOSTCLOCK_MAX_NS	(BIT_ULL(63) - BIT_ULL(60))

/* Do the same clocks go on by these parameters, which may have begun since old was read? */
static bool hostclock_goes_on(const struct hostclock_read_base *old,
			      const struct hostclock_snapshot *c)
{
	return c->params.epoch == cpu_to_le64(old->accepted.clock_epoch) &&
	       c->guest.tsc_offset == cpu_to_le64(old->accepted.tsc_offset) &&
	       hostclock_without_gap(old, &c->guest, c->tsc) == c->tsc &&
	       hostclock_params_continue(old, &c->params, c->tsc);
}

/* The offset by which a counter continues the old state, plus the jump by policy */
static u64 hostclock_new_offset(const struct hostclock_read_base *old,
				const struct hostclock_snapshot *c,
				enum hostclock_counter which,
				const struct hostclock_change *change)
{
	u64 ns = hostclock_params_counter(&c->params, le64_to_cpu(c->guest.tsc_offset),
					  which, c->tsc);
	u64 jump_ns = which == HOSTCLOCK_MONO ? change->counter_jump_ns : 0;
	u64 offset = hostclock_offset(&old->accepted, which);

	if (change->asleep_ns && hostclock_in_other_vm(old, &c->guest))
		return hostclock_other_vm_offset(old, c, which, change->asleep_ns);
	/*
	 * Whatever became of the TSC and the old parameters during a sleep, how long it was
	 * with its gaps is what the same host's clock says.
	 */
	if (which == HOSTCLOCK_MONO && change->asleep_ns && !change->dropped &&
	    c->params.epoch == cpu_to_le64(old->accepted.clock_epoch) &&
	    ns + offset <= HOSTCLOCK_MAX_NS)
		return offset;
	if (hostclock_goes_on(old, c))
		return offset + jump_ns;
	return hostclock_extrapolate_by(old, &c->guest, which, c->tsc) + jump_ns - ns;
}

/* Does the page correct the last gap, rather than report another? */
static bool hostclock_same_gap(const struct hostclock_read_base *old,
			       const struct hostclock_guest_page *guest)
{
	return old->resume_tsc && guest->cause == hostclock_latest_info.cause &&
	       guest->cause >= HOSTCLOCK_CAUSE_STOP &&
	       guest->cause <= HOSTCLOCK_CAUSE_MIGRATION &&
	       le64_to_cpu(guest->resume_tsc) == old->resume_tsc;
}

/* How far the counter may jump from the old state */
static u64 hostclock_headroom(const struct hostclock_read_base *old,
			      const struct hostclock_snapshot *c)
{
	u64 ns = hostclock_extrapolate_by(old, &c->guest, HOSTCLOCK_MONO, c->tsc);

	return ns < HOSTCLOCK_MAX_NS ? HOSTCLOCK_MAX_NS - ns : 0;
}

/* A new guest epoch is a disruption unless it is a mere correction. */
static void hostclock_new_guest_epoch(const struct hostclock_read_base *old,
				      const struct hostclock_snapshot *c,
				      struct hostclock_change *change)
{
	bool same_gap = hostclock_same_gap(old, &c->guest);

	hostclock_account_gap(c, same_gap, hostclock_headroom(old, c), change);
	change->adjusted =
		le64_to_cpu(c->guest.generation) == hostclock_latest_info.generation &&
		(same_gap ||
		 hostclock_is_adjustment(c->guest.cause, old->accepted.tsc_offset,
					 le64_to_cpu(c->guest.tsc_offset)));
	if (!change->adjusted)
		__set_bit(HOSTCLOCK_CHANGED_GUEST, &change->what);
}

/* See struct hostclock_change */
static void hostclock_take_page_offset(const struct hostclock_snapshot *c,
				       struct hostclock_accepted *a,
				       struct hostclock_change *change)
{
	u64 offset = le64_to_cpu(c->guest.mono_offset_ns);

	if (!change->page_offset)
		return;
	change->rebase_ns = offset - a->mono_offset;
	a->mono_offset = offset;
}

static void hostclock_new_accepted(const struct hostclock_read_base *old,
				   const struct hostclock_snapshot *c,
				   struct hostclock_accepted *a,
				   struct hostclock_change *change)
{
	a->clock_epoch = le64_to_cpu(c->params.epoch);
	a->guest_epoch = le64_to_cpu(c->guest.epoch);
	a->tsc_offset = le64_to_cpu(c->guest.tsc_offset);
	if (!old->cp) {
		a->mono_offset = le64_to_cpu(c->guest.mono_offset_ns);
		a->raw_offset = le64_to_cpu(c->guest.raw_offset_ns);
		return;
	}
	if (a->clock_epoch != old->accepted.clock_epoch)
		__set_bit(HOSTCLOCK_CHANGED_CLOCK, &change->what);
	if (a->guest_epoch != old->accepted.guest_epoch) {
		hostclock_new_guest_epoch(old, c, change);
	} else if (hostclock_params_continue(old, &c->params, c->tsc)) {
		a->mono_offset = old->accepted.mono_offset;
		a->raw_offset = old->accepted.raw_offset;
		hostclock_take_page_offset(c, a, change);
		return;
	}
	if (a->guest_epoch == old->accepted.guest_epoch &&
	    !hostclock_params_slewed(old, &c->params, c->tsc))
		__set_bit(HOSTCLOCK_CHANGED_JUMP, &change->what);
	a->mono_offset = hostclock_new_offset(old, c, HOSTCLOCK_MONO, change);
	a->raw_offset = hostclock_new_offset(old, c, HOSTCLOCK_RAW, change);
	hostclock_take_page_offset(c, a, change);
}

/* Check the range of both counters, and record them, even if lower than before. */
static bool hostclock_record_accepted(const struct hostclock_read_base *rb, u64 tsc)
{
	u64 ns[2];
	int which;

	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++) {
		ns[which] = hostclock_params_counter(&rb->params, rb->accepted.tsc_offset,
						     which, tsc) +
			   hostclock_offset(&rb->accepted, which);
		if (ns[which] > HOSTCLOCK_MAX_NS)
			return false;
	}
	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		hostclock_set_last_reading(which, ns[which]);
	return true;
}

/* Is there an error that accepting the pages ends?  Setting the time may still fail. */
static bool hostclock_page_rejected(void)
{
	int error = hostclock_error();

	return error && error != HOSTCLOCK_ERR_REALTIME;
}

static void hostclock_info_update(const struct hostclock_snapshot *c,
				  const struct hostclock_accepted *a,
				  struct hostclock_change *change)
{
	struct hostclock_info *s = &hostclock_latest_info;

	if (hostclock_page_rejected()) {
		hostclock_error_clear(hostclock_error());
		if (hostclock_running())
			__set_bit(HOSTCLOCK_CHANGED_RECOVERED, &change->what);
	}
	s->cause = c->guest.cause;
	s->format = c->clock.format;
	s->smear = c->clock.smear;
	s->tai_valid = le16_to_cpu(c->params.flags) & HOSTCLOCK_PARAMS_TAI_VALID;
	s->tai_offset_sec = le32_to_cpu(c->params.tai_offset_sec);
	s->generation = le64_to_cpu(c->guest.generation);
	s->gaps_ns = le64_to_cpu(c->guest.gaps_ns);
	s->gaps_error_ns = le64_to_cpu(c->guest.gaps_maxerror_ns);
	s->gap_ns = le64_to_cpu(c->guest.gap_ns);
	s->gap_error_ns = le64_to_cpu(c->guest.gap_maxerror_ns);
	if (change->adjusted || test_bit(HOSTCLOCK_CHANGED_GUEST, &change->what)) {
		s->counted = change->counted;
		s->dropped = change->dropped;
	}
	s->wall_offset_ns = le64_to_cpu(c->params.wall_offset_ns) - a->mono_offset;
	s->resyncs += change->what || change->adjusted;
	s->disruptions += test_bit(HOSTCLOCK_CHANGED_GUEST, &change->what);
	hostclock_rejected_clear();
}

static int hostclock_accept_locked(const struct hostclock_read_base *old,
				   struct hostclock_change *change)
{
	struct hostclock_snapshot *c = &hostclock_scratch;
	static struct hostclock_read_base new;	/* under the write lock */
	bool status_differs;
	int error;

	error = hostclock_take_snapshot(c);
	if (error)
		return error;
	hostclock_new_accepted(old, c, &new.accepted, change);
	new.cp = c->cp;
	new.gp = hostclock_guest_page()->mem;
	hostclock_params_set(&new, old, &c->params, &c->previous, c->tsc);
	new.resume_tsc = le64_to_cpu(c->guest.resume_tsc);
	new.ran_on_tsc = le64_to_cpu(c->guest.ran_on_tsc);
	new.generation = le64_to_cpu(c->guest.generation);
	new.count = c->count;
	if (!hostclock_record_accepted(&new, c->tsc))
		return HOSTCLOCK_ERR_RANGE;
	hostclock_base_set(&new, c->tsc);
	if (old->cp && old->cp != new.cp)
		__set_bit(HOSTCLOCK_CHANGED_PAGE, &change->what);
	status_differs = hostclock_status_differs(&new.params, new.accepted.tsc_offset, c->tsc) ||
			 !old->cp;
	if (status_differs || hostclock_page_rejected())
		hostclock_record_status_change(&new, c->tsc);
	hostclock_read_base_set(&new, &c->clock);
	hostclock_info_update(c, &new.accepted, change);
	if (status_differs && hostclock_running())
		__set_bit(HOSTCLOCK_CHANGED_STATUS, &change->what);
	return 0;
}

/*
 * The guest TSC until which parameters stay rejected: if they are not the newest, their
 * successors begin then, without another change of the page.  0: until the pages change.
 */
static u64 hostclock_rejected_until(const struct hostclock_clock_page *cp, u32 count,
				    u64 tsc_offset)
{
	u32 seq;

	if (count != HOSTCLOCK_NOT_NEWEST)
		return 0;
	seq = HOSTCLOCK_LE32(cp->seq);
	return HOSTCLOCK_LE64(hostclock_newest(cp, seq)->cycle_last) + tsc_offset;
}

/* Context: write lock held. */
static void hostclock_reject_locked(int error, u64 key, u64 until)
{
	struct hostclock_read_base rb;

	hostclock_rejected_set(key, until);
	if (!hostclock_error_set(error) || !hostclock_running())
		return;
	hostclock_read_base_get(&rb);
	hostclock_record_status_change(&rb, hostclock_rdtsc());
	hostclock_record(BIT(HOSTCLOCK_CHANGED_ERROR));
}

/**
 * hostclock_reject - reject the pages after they were accepted
 * @error: why
 *
 * Context: any but NMI.
 */
void hostclock_reject(int error)
{
	struct hostclock_read_base rb;
	unsigned long flags;

	local_irq_save(flags);
	hostclock_write_lock();
	hostclock_read_base_get(&rb);
	hostclock_reject_locked(error, hostclock_accepted_key,
				hostclock_rejected_until(rb.cp, rb.count,
							 rb.accepted.tsc_offset));
	hostclock_write_unlock();
	local_irq_restore(flags);
}

/**
 * hostclock_realtime_accepted - REALTIME was set, or needs not be
 *
 * Context: any but NMI.
 */
void hostclock_realtime_accepted(void)
{
	struct hostclock_read_base rb;

	if (!hostclock_error_clear(HOSTCLOCK_ERR_REALTIME) || !hostclock_running())
		return;
	hostclock_read_base_get(&rb);
	hostclock_record_status_change(&rb, hostclock_rdtsc());
	hostclock_record(BIT(HOSTCLOCK_CHANGED_RECOVERED));
}

/**
 * hostclock_accept - accept the pages as they are now
 * @change: HOSTCLOCK_CHANGE_INIT, or other headrooms; filled in with what changed, which is
 *	recorded, too
 *
 * The counters continue: at any TSC value, new = old, plus counter_jump_ns for
 * MONOTONIC's.
 *
 * Context: any but NMI.
 * Return: 0, or the error for which the pages are rejected; the accepted state is
 * unchanged then, and so is @change.
 */
int hostclock_accept(struct hostclock_change *change)
{
	const struct hostclock_change asked = *change;
	struct hostclock_snapshot *c = &hostclock_scratch;
	static struct hostclock_read_base old;	/* under the write lock */
	unsigned long flags;
	int error;
	u64 key;

	local_irq_save(flags);
	hostclock_write_lock();
	/* before the pages are read, because they may change meanwhile */
	key = hostclock_pages_key();
	c->count = 0;
	hostclock_read_base_get(&old);
	error = hostclock_accept_locked(&old, change);
	if (error) {
		/* What would have changed was computed before the pages were refused. */
		*change = asked;
		hostclock_reject_locked(error, key,
					hostclock_rejected_until(c->cp, c->count,
								 le64_to_cpu(c->guest.tsc_offset)));
	} else {
		hostclock_accepted_key = key;
		hostclock_record(change->what);
	}
	hostclock_write_unlock();
	local_irq_restore(flags);
	return error;
}

/**
 * hostclock_forget - forget all that was accepted or rejected
 *
 * Context: no counter is read any more, no resync is pending.
 */
void hostclock_forget(void)
{
	hostclock_read_base_clear();
	hostclock_rejected_forget();
	memset(&hostclock_latest_info, 0, sizeof(hostclock_latest_info));
	hostclock_accepted_key = 0;
}

const struct hostclock_info *hostclock_info(void)
{
	return &hostclock_latest_info;
}

/**
 * hostclock_running - have pages been accepted, so that counters may be read?
 */
bool hostclock_running(void)
{
	return READ_ONCE(hostclock_is_running);
}

void hostclock_set_running(bool on)
{
	WRITE_ONCE(hostclock_is_running, on);
}

/**
 * hostclock_accept_set_max_jump - limit the jump of the counter in a resync
 * @ns: a larger gap is counted by BOOTTIME
 */
void hostclock_accept_set_max_jump(u64 ns)
{
	hostclock_max_jump_ns = ns;
}
