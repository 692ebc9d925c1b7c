/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The line page, for readers and its writer.  See uapi/linux/hostclock-line.h for the
 * protocol.
 */
#ifndef _HOSTCLOCK_LINE_H
#define _HOSTCLOCK_LINE_H

#include <hostclock/math.h>
#include <hostclock/reader.h>
#include <linux/hostclock-line.h>

/*
 * For how long after its start a line is not below the one before.  It is published in the
 * first half of that; the other half is much more than a CPU reorders.
 */
#define HOSTCLOCK_LINE_OVERLAP_NS	10000

/*
 * The least start of a line.  The fraction of a ns is in the scale's lowest bits, which
 * are too coarse for a smaller TSC.
 */
#define HOSTCLOCK_LINE_MIN_START	0x100000000ULL

/* A line in native byte order, see struct hostclock_line */
struct hostclock_course {
	u64 start;
	u64 scale;
	u64 offset;
};

/* What a line follows: a validated set of a clock page, and the guest's offsets to it */
struct hostclock_leader {
	const struct hostclock_params *params;
	u64 tsc_offset;
	u64 mono_offset;
};

/**
 * hostclock_course_ns - evaluate a line, as the vDSO does
 * @c: the line
 * @tsc: guest TSC
 */
static __always_inline u64 hostclock_course_ns(const struct hostclock_course *c, u64 tsc)
{
	return hostclock_mul(tsc, c->scale).hi + c->offset;
}

/**
 * hostclock_line_begin - start reading the lines
 * @lp: the page
 *
 * Return: the sequence count, for hostclock_line_retry().
 */
static __always_inline u32 hostclock_line_begin(const struct hostclock_line_page *lp)
{
	u32 seq = HOSTCLOCK_LE32(lp->seq);

	/* The line is loaded after seq.  Partner: hostclock_line_publish(). */
	smp_rmb();
	return seq;
}

/**
 * hostclock_line_retry - was a line begun or published since hostclock_line_begin()?
 * @lp: the page
 * @seq: what hostclock_line_begin() returned
 */
static __always_inline bool hostclock_line_retry(const struct hostclock_line_page *lp,
						 u32 seq)
{
	/* The line was loaded before.  Partner: hostclock_line_claim(). */
	smp_rmb();
	return HOSTCLOCK_LE32(lp->seq) != seq;
}

/* Copy a line.  Return: false if it is of another epoch. */
static __always_inline bool hostclock_line_copy(const struct hostclock_line *line, u64 epoch,
						struct hostclock_course *c)
{
	c->start = HOSTCLOCK_LE64(line->start);
	c->scale = HOSTCLOCK_LE64(line->scale);
	c->offset = HOSTCLOCK_LE64(line->offset);
	return HOSTCLOCK_LE64(line->epoch) == epoch;
}

/*
 * One try: the line that holds at a TSC value.  Before the newest line's start that is
 * the other one, and none if that is of another epoch.  While it is being overwritten
 * (seq is odd), time stands still at the newest line's start.
 */
static __always_inline bool
hostclock_line_eval(const struct hostclock_line_page *lp, u32 seq, u64 epoch, u64 tsc, u64 *ns)
{
	const struct hostclock_line *newest = &lp->line[(seq >> 1) & 1];
	const struct hostclock_line *other = &lp->line[((seq >> 1) & 1) ^ 1];
	struct hostclock_course c, o;

	if (!hostclock_line_copy(newest, epoch, &c))
		return false;
	if (likely((s64)(tsc - c.start) >= 0)) {
		*ns = hostclock_course_ns(&c, tsc);
		return true;
	}
	if (seq & 1) {
		*ns = hostclock_course_ns(&c, c.start);
		return true;
	}
	if (!hostclock_line_copy(other, epoch, &o) || (s64)(tsc - o.start) < 0)
		return false;
	*ns = hostclock_course_ns(&o, tsc);
	return true;
}

/**
 * hostclock_line_read - the guest's MONOTONIC counter by the lines, now
 * @lp: the page
 * @epoch: the accepted guest epoch, not 0
 * @ns: where to put the counter
 *
 * Bounded, and for any context, NMI included.
 *
 * Return: false if there is no line of that epoch, or the page did not come to rest.
 */
static __always_inline bool hostclock_line_read(const struct hostclock_line_page *lp,
						u64 epoch, u64 *ns)
{
	int tries = HOSTCLOCK_MAX_TRIES;
	bool good;
	u32 seq;

	do {
		seq = hostclock_line_begin(lp);
		good = hostclock_line_eval(lp, seq, epoch, hostclock_rdtsc(), ns);
		if (!hostclock_line_retry(lp, seq))
			return good;
	} while (--tries);
	return false;
}

/**
 * hostclock_line_claim - start writing a line
 * @lp: the page, which is not read
 * @seq: its sequence count, known from elsewhere
 *
 * Return: the line to fill in, which no reader uses until hostclock_line_publish().
 */
static inline struct hostclock_line *hostclock_line_claim(struct hostclock_line_page *lp,
							  u32 seq)
{
	seq |= 1;
	WRITE_ONCE(lp->seq, htole32(seq));
	/* Odd before the line changes.  Partner: hostclock_line_retry(). */
	smp_wmb();
	return &lp->line[((seq >> 1) & 1) ^ 1];
}

/**
 * hostclock_line_publish - end what hostclock_line_claim() started
 * @lp: the page, which is not read
 * @seq: the same count
 */
static inline void hostclock_line_publish(struct hostclock_line_page *lp, u32 seq)
{
	/* The line is complete before seq names it.  Partner: hostclock_line_begin(). */
	smp_wmb();
	WRITE_ONCE(lp->seq, htole32((seq | 1) + 1));
}

/**
 * hostclock_line_close - send the vDSO's readers to the kernel
 * @lp: the page
 */
static inline void hostclock_line_close(struct hostclock_line_page *lp)
{
	WRITE_ONCE(lp->tsc_sequence, 0);
	/* Closed before anything else changes.  Partner: the vDSO's barriers. */
	smp_wmb();
}

/**
 * hostclock_line_open - let the vDSO read the line that holds
 * @lp: the page, closed
 * @c: the line, whose start is past
 * @sequence: another one than when it was last open, not 0
 */
static inline void hostclock_line_open(struct hostclock_line_page *lp,
				       const struct hostclock_course *c, u32 sequence)
{
	WRITE_ONCE(lp->tsc_scale, htole64(c->scale));
	WRITE_ONCE(lp->tsc_offset, htole64(c->offset));
	/* All is there before it is open.  Partner: the vDSO's barriers. */
	smp_wmb();
	WRITE_ONCE(lp->tsc_sequence, htole32(sequence));
}

/**
 * hostclock_line_switch - let the vDSO's and the kernel's readers go over to a new line
 * @lp: the page, which is not read
 * @seq: as for hostclock_line_publish(): the line was claimed and filled in
 * @c: the line, whose start is past, but by less than half of HOSTCLOCK_LINE_OVERLAP_NS
 * @sequence: as for hostclock_line_open()
 *
 * The vDSO's readers find the page closed only between these few stores to one cache line.
 * No reading by the old line begins after one by the new line has ended.
 */
static __always_inline void hostclock_line_switch(struct hostclock_line_page *lp, u32 seq,
						  const struct hostclock_course *c,
						  u32 sequence)
{
	hostclock_line_close(lp);
	hostclock_line_publish(lp, seq);
	hostclock_line_open(lp, c, sequence);
}

bool hostclock_course_make(const struct hostclock_leader *leader,
			   const struct hostclock_course *prev, u64 start, u64 overlap,
			   u64 horizon, struct hostclock_course *c);
s64 hostclock_course_lead_ns(const struct hostclock_leader *leader,
			     const struct hostclock_course *c, u64 tsc);
bool hostclock_course_fits(const struct hostclock_leader *leader,
			   const struct hostclock_course *c, u64 tsc);

#endif /* _HOSTCLOCK_LINE_H */
