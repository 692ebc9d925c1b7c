/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The writer of a clock page, and of a guest page.  The caller ensures that a page
 * has one writer.  A writer that is killed between any two stores leaves pages that
 * readers can use and that the next writer can restore.
 */
#ifndef _HOSTCLOCK_WRITER_H
#define _HOSTCLOCK_WRITER_H

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/**
 * hostclock_page_claim_at - start an update of a clock page nobody else writes
 * @cp: the page, which is not read
 * @seq: its sequence count, known from elsewhere
 *
 * As hostclock_page_claim(), for a page that others might scribble on.
 *
 * Return: the set to fill in.
 */
static inline struct hostclock_params *
hostclock_page_claim_at(struct hostclock_clock_page *cp, u32 seq)
{
	/* A count left odd by a writer that died names the same newest set. */
	seq |= 1;
	WRITE_ONCE(cp->seq, htole32(seq));
	/*
	 * seq is odd before the set changes.  Partner: the barrier in
	 * hostclock_page_retry(), for readers of the set before the newest.
	 */
	smp_wmb();
	return &cp->params[((seq >> 1) & 1) ^ 1];
}

/**
 * hostclock_page_claim_live - let the readers of a LIVE page wait for an update
 * @cp: the page, which is not read
 * @seq: its sequence count, known from elsewhere
 *
 * hostclock_page_claim_at() and what follows may come later.
 *
 * Return: the counter, from which on no reader uses the newest set.
 */
static inline u64 hostclock_page_claim_live(struct hostclock_clock_page *cp, u32 seq)
{
	WRITE_ONCE(cp->seq, htole32(seq | 1));
	/*
	 * Odd for all before the counter is sampled: a reader that finds the count
	 * unchanged has an earlier counter.  Partner: hostclock_live_retry().
	 */
	smp_mb();
	return hostclock_rdtsc();
}

/**
 * hostclock_page_claim - start an update of a clock page
 * @cp: the page
 *
 * Call only when the newest set's cycle_last is past, or readers between the
 * two cycle_lasts get the newest set's base instead of the time.
 *
 * Return: the set to fill in, the older of the two.  Readers leave it alone
 * until hostclock_page_publish().
 */
static inline struct hostclock_params *
hostclock_page_claim(struct hostclock_clock_page *cp)
{
	return hostclock_page_claim_at(cp, HOSTCLOCK_LE32(cp->seq));
}

/**
 * hostclock_page_publish_at - end what hostclock_page_claim_at() started
 * @cp: the page, which is not read
 * @seq: the same count
 */
static inline void
hostclock_page_publish_at(struct hostclock_clock_page *cp, u32 seq)
{
	/*
	 * The set is complete before seq names it.  Partner: the barrier in
	 * hostclock_page_begin().
	 */
	smp_wmb();
	WRITE_ONCE(cp->seq, htole32((seq | 1) + 1));
}

/**
 * hostclock_page_publish - end an update: the claimed set is now the newest
 * @cp: the page
 */
static inline void hostclock_page_publish(struct hostclock_clock_page *cp)
{
	hostclock_page_publish_at(cp, HOSTCLOCK_LE32(cp->seq));
}

/**
 * hostclock_seq_claim_at - start changing what an ordinary sequence count guards
 * @count: the count: the guest page's, or its vmclock structure's; not read
 * @seq: its value, known from elsewhere
 */
static inline void hostclock_seq_claim_at(__le32 *count, u32 seq)
{
	WRITE_ONCE(*count, htole32(seq | 1));
	/* Odd before anything changes.  Partner: hostclock_seq_retry(). */
	smp_wmb();
}

/**
 * hostclock_seq_publish_at - end what hostclock_seq_claim_at() started
 * @count: the count, which is not read
 * @seq: the same value
 */
static inline void hostclock_seq_publish_at(__le32 *count, u32 seq)
{
	/* All is changed before even.  Partner: hostclock_seq_begin(). */
	smp_wmb();
	WRITE_ONCE(*count, htole32((seq | 1) + 1));
}

/**
 * hostclock_seq_claim - hostclock_seq_claim_at(), with the count as it stands
 * @count: the count
 */
static inline void hostclock_seq_claim(__le32 *count)
{
	hostclock_seq_claim_at(count, HOSTCLOCK_LE32(*count));
}

/**
 * hostclock_seq_publish - end what hostclock_seq_claim() started
 * @count: the count
 */
static inline void hostclock_seq_publish(__le32 *count)
{
	hostclock_seq_publish_at(count, HOSTCLOCK_LE32(*count));
}

#endif /* _HOSTCLOCK_WRITER_H */
