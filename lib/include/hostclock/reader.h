/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The reader of a clock page, one for all: vDSO, clocksource, tools and tests
 * compile these functions.  No division, no allocation, no unbounded loop;
 * whatever the page holds, the worst outcome is a wrong number.  See
 * uapi/linux/hostclock-abi.h for the protocol and the meaning of the fields.
 */
#ifndef _HOSTCLOCK_READER_H
#define _HOSTCLOCK_READER_H

#include <hostclock/platform.h>
#include <hostclock/sequence.h>
#include <linux/hostclock-abi.h>

/*
 * A try fails only if an update was completed while it ran.  At the ten to
 * 200 updates per second that there are, and a try of some 50 ns, two in
 * a row already take a vCPU that was descheduled twice within 50 ns.
 */
#define HOSTCLOCK_MAX_TRIES	8

/*
 * The largest cross-CPU skew, in counts: 2^17, 13 us at 10 GHz, 131 us at 1 GHz.
 * A counter that is before both sets by more than that has another offset than the
 * guest page says: the VM was stopped along with its counter, and the guest page
 * is not up to date yet.  Its clocks must not jump ahead to the newest set's base.
 */
#define HOSTCLOCK_MAX_CPU_SKEW	131072ULL

/* Which of the guest's counters to read, both in ns. */
enum hostclock_counter {
	HOSTCLOCK_MONO,		/* follows the host's MONOTONIC */
	HOSTCLOCK_RAW,		/* follows the host's MONOTONIC_RAW */
};

/**
 * enum hostclock_result - how a read ended
 * @HOSTCLOCK_OK:	the value is right
 * @HOSTCLOCK_MOVED:	an epoch is not the accepted one, or the counter is before
 *			both sets: its offset has changed
 * @HOSTCLOCK_BUSY:	every try was overtaken by an update
 * @HOSTCLOCK_RANGE:	the value does not fit into 63 bits
 */
enum hostclock_result {
	HOSTCLOCK_OK,
	HOSTCLOCK_MOVED,
	HOSTCLOCK_BUSY,
	HOSTCLOCK_RANGE,
};

/**
 * struct hostclock_accepted - what a guest has accepted from the pages
 * @clock_epoch:	epoch of the clock page's set
 * @guest_epoch:	epoch of the guest page
 * @tsc_offset:		guest TSC - the clock page's counter, modulo 2^64
 * @mono_offset:	added to the page's MONOTONIC, ns, modulo 2^64
 * @raw_offset:		added to the page's MONOTONIC_RAW, ns, modulo 2^64
 *
 * Kept by the guest's kernel, next to the vDSO data so that the vDSO can read it.
 * Native-endian.  Never read with an epoch of zero: it would match pages that must
 * not be used.
 */
struct hostclock_accepted {
	u64 clock_epoch;
	u64 guest_epoch;
	u64 tsc_offset;
	u64 mono_offset;
	u64 raw_offset;
};

/* The newest set, and the one before it.  seq as from hostclock_page_begin(). */
static __always_inline const struct hostclock_params *
hostclock_newest(const struct hostclock_clock_page *cp, u32 seq)
{
	return &cp->params[(seq >> 1) & 1];
}

static __always_inline const struct hostclock_params *
hostclock_previous(const struct hostclock_clock_page *cp, u32 seq)
{
	return &cp->params[((seq >> 1) & 1) ^ 1];
}

/**
 * hostclock_scale_wide - (delta * mult + base) >> shift, in 128 bits
 * @delta: counts, any value
 * @mult: shifted ns per count, any value
 * @base: shifted ns, any value
 * @shift: 0 to 31; taken modulo 32
 *
 * Return: ns, rounded down; 2^63 - 1 if it is more, so that a base below 2^63 ns
 * can be added without wrapping.
 */
static __always_inline u64 hostclock_scale_wide(u64 delta, u32 mult, u64 base,
						u32 shift)
{
	/* delta = hi * 2^32 + lo; both products fit: (2^32 - 1)^2 < 2^64 */
	u64 lo = (u64)(u32)delta * mult;
	u64 hi = (delta >> 32) * mult;
	u64 sum = lo + base;
	u64 carry = sum < lo;
	u64 ns;

	shift &= 31;
	/* hi * 2^32 is a multiple of 2^shift, so shifting the parts is exact */
	if (hi >> (31 + shift))
		return ~0ULL >> 1;
	hi <<= 32 - shift;			/* below 2^63 */
	/* carry * 2^64 >> shift, in two steps because shift may be 0 */
	if (carry && !shift)
		return ~0ULL >> 1;
	ns = (sum >> shift) + (carry << 1 << (63 - shift));
	/* both below 2^63, or not in range anyway */
	if (ns >> 63 || (ns + hi) >> 63)
		return ~0ULL >> 1;
	return ns + hi;
}

/**
 * hostclock_scale - (delta * mult + base) >> shift
 * @delta: counts
 * @max_cycles: largest delta for which the sum fits into 64 bits
 * @mult: shifted ns per count
 * @base: shifted ns
 * @shift: 0 to 31; taken modulo 32
 *
 * Return: ns, rounded down; as hostclock_scale_wide() beyond max_cycles.
 */
static __always_inline u64 hostclock_scale(u64 delta, u64 max_cycles, u32 mult,
					   u64 base, u32 shift)
{
	if (likely(delta <= max_cycles))
		return (delta * mult + base) >> (shift & 31);
	return hostclock_scale_wide(delta, mult, base, shift);
}

/* The terms of one counter: mult, shifted ns, whole ns. */
static __always_inline void
hostclock_params_terms(const struct hostclock_params *p, enum hostclock_counter which,
		       u32 *mult, u64 *snsec, u64 *ns)
{
	if (which == HOSTCLOCK_RAW) {
		*mult = HOSTCLOCK_LE32(p->raw_mult);
		*snsec = HOSTCLOCK_LE64(p->raw_snsec);
		*ns = HOSTCLOCK_LE64(p->raw_sec) * HOSTCLOCK_NSEC_PER_SEC;
	} else {
		*mult = HOSTCLOCK_LE32(p->mult);
		*snsec = HOSTCLOCK_LE64(p->mono_snsec);
		*ns = HOSTCLOCK_LE64(p->mono_sec) * HOSTCLOCK_NSEC_PER_SEC;
	}
}

/*
 * One counter, ns, delta counts after cycle_last.  Of a
 * validated set both terms are below 2^63, so the sum does not wrap; 2^63 and
 * more is for the caller to refuse.
 */
static __always_inline u64 hostclock_params_ns(const struct hostclock_params *p,
					       enum hostclock_counter which, u64 delta)
{
	u64 max_cycles = HOSTCLOCK_LE64(p->max_cycles);
	u32 shift = HOSTCLOCK_LE32(p->shift);
	u64 snsec, ns;
	u32 mult;

	hostclock_params_terms(p, which, &mult, &snsec, &ns);
	return ns + hostclock_scale(delta, max_cycles, mult, snsec, shift);
}

/*
 * The set that holds at a counter value before the newest one's cycle_last, and
 * the delta to use with it.  See the ABI header for why these are the answers.
 */
static inline const struct hostclock_params *
hostclock_before_newest(const struct hostclock_clock_page *cp, u32 seq,
			u64 counter, u64 *delta)
{
	const struct hostclock_params *p = hostclock_previous(cp, seq);

	*delta = counter - HOSTCLOCK_LE64(p->cycle_last);
	if (!(seq & 1) && HOSTCLOCK_LE64(p->epoch) && (s64)*delta >= 0)
		return p;
	*delta = 0;
	return hostclock_newest(cp, seq);
}

/**
 * hostclock_select - the set that holds at a counter value
 * @cp: the page
 * @seq: from hostclock_page_begin()
 * @counter: in the page's unit
 * @delta: where to put the counts since that set's cycle_last
 *
 * A counter up to 2^63 before the newest cycle_last counts as before it.
 *
 * Return: the set.  Unless it is the newest, what was read of it holds only if
 * seq has not changed at all since, which hostclock_select_retry() tells.
 */
static __always_inline const struct hostclock_params *
hostclock_select(const struct hostclock_clock_page *cp, u32 seq, u64 counter,
		 u64 *delta)
{
	const struct hostclock_params *p = hostclock_newest(cp, seq);

	*delta = counter - HOSTCLOCK_LE64(p->cycle_last);
	if (unlikely((s64)*delta < 0))
		return hostclock_before_newest(cp, seq, counter, delta);
	return p;
}

/* Is the counter before the first set, by more than CPUs may differ? */
static __always_inline bool
hostclock_before_first(const struct hostclock_params *p, u64 counter)
{
	return (s64)(counter - HOSTCLOCK_LE64(p->cycle_last)) <
	       -(s64)HOSTCLOCK_MAX_CPU_SKEW;
}

/* hostclock_page_retry(), for what was read of the set @p. */
static __always_inline bool
hostclock_select_retry(const struct hostclock_clock_page *cp, u32 seq,
		       const struct hostclock_params *p)
{
	bool retry = hostclock_page_retry(cp, seq);

	if (unlikely(p != hostclock_newest(cp, seq)))
		retry |= HOSTCLOCK_LE32(cp->seq) != seq;
	return retry;
}

/*
 * Is this set of the accepted epochs?  The set before the newest may belong to the
 * epoch before: for a CPU whose counter is slightly behind that of the CPU which
 * accepted the new epoch.  MONOTONIC and RAW are continuous there.
 */
static __always_inline bool
hostclock_epoch_ok(const struct hostclock_clock_page *cp, u32 seq,
		   const struct hostclock_params *p,
		   const struct hostclock_guest_page *gp,
		   const struct hostclock_accepted *a)
{
	if (likely(!((HOSTCLOCK_LE64(p->epoch) ^ READ_ONCE(a->clock_epoch)) |
		     (HOSTCLOCK_LE64(gp->epoch) ^ READ_ONCE(a->guest_epoch)))))
		return true;
	return HOSTCLOCK_LE64(gp->epoch) == READ_ONCE(a->guest_epoch) &&
	       HOSTCLOCK_LE64(hostclock_newest(cp, seq)->epoch) ==
	       READ_ONCE(a->clock_epoch);
}

/**
 * hostclock_eval - one try: a guest TSC value to one of the guest's counters
 * @cp: the clock page to follow
 * @seq: from hostclock_page_begin()
 * @gp: the guest page; only its epoch is looked at
 * @a: what the guest has accepted; its epochs must not be 0
 * @which: which counter
 * @tsc: guest TSC, read between hostclock_page_begin() and this
 * @ns: where to put the counter, ns, below 2^63 if HOSTCLOCK_OK
 *
 * Return: HOSTCLOCK_OK, HOSTCLOCK_MOVED, HOSTCLOCK_BUSY (go again) or
 * HOSTCLOCK_RANGE.  *ns is set in any case, and means something if OK.
 */
static __always_inline enum hostclock_result
hostclock_eval(const struct hostclock_clock_page *cp, u32 seq,
	       const struct hostclock_guest_page *gp,
	       const struct hostclock_accepted *a, enum hostclock_counter which,
	       u64 tsc, u64 *ns)
{
	u64 counter = tsc - READ_ONCE(a->tsc_offset);
	const struct hostclock_params *p;
	bool same;
	u64 delta;

	p = hostclock_select(cp, seq, counter, &delta);
	same = hostclock_epoch_ok(cp, seq, p, gp, a) &&
	       !hostclock_before_first(p, counter);
	*ns = hostclock_params_ns(p, which, delta);
	*ns += which == HOSTCLOCK_RAW ? READ_ONCE(a->raw_offset) :
				       READ_ONCE(a->mono_offset);
	if (unlikely(hostclock_select_retry(cp, seq, p)))
		return HOSTCLOCK_BUSY;
	if (unlikely(!same))
		return HOSTCLOCK_MOVED;
	return unlikely((s64)*ns < 0) ? HOSTCLOCK_RANGE : HOSTCLOCK_OK;
}

/*
 * The fast path of hostclock_eval(): the newest parameters have begun and do not
 * overflow, the epochs are the accepted ones, and no update was completed.  Returns
 * false otherwise, and hostclock_eval() decides.
 *
 * The mask saves a comparison: a delta of 2^63 or more is a counter before
 * cycle_last, whatever max_cycles says.
 */
static __always_inline bool
hostclock_eval_fast(const struct hostclock_clock_page *cp, u32 seq,
		    const struct hostclock_guest_page *gp,
		    const struct hostclock_accepted *a, enum hostclock_counter which,
		    u64 tsc, u64 *ns)
{
	const struct hostclock_params *p = hostclock_newest(cp, seq);
	u64 start, delta, moved, snsec, base;
	u32 mult;

	start = READ_ONCE(a->tsc_offset) + HOSTCLOCK_LE64(p->cycle_last);
	delta = tsc - start;
	if (unlikely(delta > (HOSTCLOCK_LE64(p->max_cycles) & (~0ULL >> 1))))
		return false;
	moved = HOSTCLOCK_LE64(p->epoch) ^ READ_ONCE(a->clock_epoch);
	moved |= HOSTCLOCK_LE64(gp->epoch) ^ READ_ONCE(a->guest_epoch);
	if (unlikely(moved))
		return false;
	hostclock_params_terms(p, which, &mult, &snsec, &base);
	base += which == HOSTCLOCK_RAW ? READ_ONCE(a->raw_offset) :
					READ_ONCE(a->mono_offset);
	*ns = (delta * mult + snsec) >> (HOSTCLOCK_LE32(p->shift) & 31);
	*ns += base;
	return likely((s64)*ns >= 0) && likely(!hostclock_live_retry(cp, seq));
}

/* The slow path of hostclock_read(), out of line to keep its callers small. */
static __maybe_unused noinline __cold enum hostclock_result
hostclock_read_slow(const struct hostclock_clock_page *cp,
		    const struct hostclock_guest_page *gp,
		    const struct hostclock_accepted *a, enum hostclock_counter which,
		    u64 *ns, u64 *tsc)
{
	enum hostclock_result result;
	int tries = HOSTCLOCK_MAX_TRIES - 1;
	struct hostclock_live_wait wait = { .tries = 0 };
	u32 seq;

	do {
		do {
			seq = hostclock_page_begin(cp);
			*tsc = hostclock_rdtsc();
			result = hostclock_eval(cp, seq, gp, a, which, *tsc, ns);
		} while (hostclock_live_wait(&wait, cp, seq, *tsc));
	} while (result == HOSTCLOCK_BUSY && --tries);

	return result;
}

/**
 * hostclock_read - one of the guest's counters, now
 * @cp: the clock page to follow
 * @gp: the guest page
 * @a: what the guest has accepted
 * @which: which counter
 * @ns: where to put the counter, ns, below 2^63 if HOSTCLOCK_OK
 *
 * Bounded: HOSTCLOCK_MAX_TRIES at most, and HOSTCLOCK_LIVE_WAIT for a LIVE page.  May be
 * called from any context, NMI included.
 *
 * Return: as hostclock_eval(); HOSTCLOCK_BUSY once the tries are used up.
 */
static __always_inline enum hostclock_result
hostclock_read(const struct hostclock_clock_page *cp,
	       const struct hostclock_guest_page *gp,
	       const struct hostclock_accepted *a, enum hostclock_counter which,
	       u64 *ns)
{
	u32 seq = hostclock_page_begin(cp);
	u64 tsc = hostclock_rdtsc();

	if (likely(hostclock_eval_fast(cp, seq, gp, a, which, tsc, ns)))
		return HOSTCLOCK_OK;
	return hostclock_read_slow(cp, gp, a, which, ns, &tsc);
}

#endif /* _HOSTCLOCK_READER_H */
