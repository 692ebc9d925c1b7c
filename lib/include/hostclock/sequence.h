/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The pages' sequence counts, as readers see them: whether what was read is one set, and
 * by which rule.  The partners of the barriers here are in writer.h.
 */
#ifndef _HOSTCLOCK_SEQUENCE_H
#define _HOSTCLOCK_SEQUENCE_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/*
 * The longest wait for the writer of a LIVE page, in counts: 100 us at 1 GHz, and less at
 * more; and in tries, if the counter stands still.
 */
#define HOSTCLOCK_LIVE_WAIT	100000ULL
#define HOSTCLOCK_LIVE_TRIES	16

/**
 * hostclock_page_begin - start reading a clock page
 * @cp: the page
 *
 * Return: the sequence count, for hostclock_page_retry().
 */
static __always_inline u32 hostclock_page_begin(const struct hostclock_clock_page *cp)
{
	u32 seq = HOSTCLOCK_LE32(cp->seq);

	/*
	 * The set that seq names is loaded after seq.  Partner: the writer's
	 * barrier between filling that set and the store of seq, in
	 * hostclock_page_publish().
	 */
	smp_rmb();
	return seq;
}

/**
 * hostclock_page_retry - was an update completed since hostclock_page_begin()?
 * @cp: the page
 * @seq: what hostclock_page_begin() returned
 *
 * An update merely begun (bit 0) does not touch the newest set.
 *
 * Return: true if what was read must be thrown away.
 */
static __always_inline bool hostclock_page_retry(const struct hostclock_clock_page *cp,
						 u32 seq)
{
	/*
	 * The set was loaded before seq is looked at again.  Partner: the
	 * writer's barrier between making seq odd and its first store into the
	 * set, in hostclock_page_claim(): by the time a set is overwritten, seq
	 * has long moved on from naming it the newest.
	 */
	smp_rmb();
	return (HOSTCLOCK_LE32(cp->seq) ^ seq) >> 1;
}

/* Does the host's kernel write it?  May change at any time. */
static __always_inline bool hostclock_page_live(const struct hostclock_clock_page *cp)
{
	return HOSTCLOCK_LE64(cp->features) & HOSTCLOCK_FEATURE_LIVE;
}

/**
 * hostclock_live_retry - hostclock_page_retry(), by the rule of this page
 * @cp: the page
 * @seq: what hostclock_page_begin() returned
 *
 * Of a LIVE page, an update merely begun counts as well.
 *
 * Return: true if what was read must be thrown away.
 */
static __always_inline bool hostclock_live_retry(const struct hostclock_clock_page *cp,
						 u32 seq)
{
	u32 end;

	/*
	 * As in hostclock_page_retry(); and for LIVE pages: partner is the barrier in
	 * hostclock_page_claim_live(), between making seq odd and the counter value
	 * from which on the newest set is none.
	 */
	smp_rmb();
	end = HOSTCLOCK_LE32(cp->seq);
	if (likely(!((end ^ seq) | (seq & 1))))
		return false;
	return (end ^ seq) >> 1 || hostclock_page_live(cp);
}

/**
 * struct hostclock_live_wait - how long a reader has waited for a LIVE page's writer
 * @since: counter at the first try
 * @tries: how many there were; 0 to begin with
 */
struct hostclock_live_wait {
	u64 since;
	int tries;
};

/**
 * hostclock_live_wait - is a try to be made again, for an update of a LIVE page?
 * @wait: the reader's own
 * @cp: the page
 * @seq: what hostclock_page_begin() returned for this try
 * @tsc: counter at this try, in any unit of its own
 *
 * Return: false if there was no such update, or if that took too long: what was read
 * is to be judged by hostclock_page_retry() then.
 */
static __always_inline bool hostclock_live_wait(struct hostclock_live_wait *wait,
						const struct hostclock_clock_page *cp,
						u32 seq, u64 tsc)
{
	if (!wait->tries++)
		wait->since = tsc;
	return (wait->tries < HOSTCLOCK_LIVE_TRIES || tsc != wait->since) &&
	       tsc - wait->since <= HOSTCLOCK_LIVE_WAIT &&
	       hostclock_live_retry(cp, seq) && hostclock_page_live(cp);
}

/**
 * hostclock_seq_begin - start reading what an ordinary sequence count guards
 * @seq: the count: the guest page's, or its vmclock structure's
 *
 * Return: the count, odd if a writer is at work (or died at it), for
 * hostclock_seq_retry().
 */
static __always_inline u32 hostclock_seq_begin(const __le32 *seq)
{
	u32 begin = HOSTCLOCK_LE32(*seq);

	/* Loads stay behind.  Partner: hostclock_seq_publish(). */
	smp_rmb();
	return begin;
}

/**
 * hostclock_seq_retry - was anything changed since hostclock_seq_begin()?
 * @seq: the count
 * @begin: what hostclock_seq_begin() returned
 *
 * Return: true if what was read must be thrown away.  Bound the tries.
 */
static __always_inline bool hostclock_seq_retry(const __le32 *seq, u32 begin)
{
	/* Loads stay ahead.  Partner: hostclock_seq_claim(). */
	smp_rmb();
	return (begin & 1) || HOSTCLOCK_LE32(*seq) != begin;
}

#endif /* _HOSTCLOCK_SEQUENCE_H */
