// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines by which the vDSO and the kernel read MONOTONIC's counter alike.  The clock
 * page says what it should be, so a line that is far from that is dropped.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/workqueue.h>

#include <hostclock/line.h>

#include "../accept.h"
#include "../counter.h"
#include "../page.h"
#include "../resync.h"
#include "lines.h"

/*
 * A host that was interrupted between the clock page and the line is late with the
 * line, by what the clock was slewed meanwhile; one that died there for good.
 */
#define HOSTCLOCK_LINE_MAX_OFF_NS	1000000

#define HOSTCLOCK_LINE_MAX_LEAD_NS	100000

/* What has room for that, of a word whose rest tells the guest epoch: 2^20 - 1 = 1048575 */
#define HOSTCLOCK_LINE_LEAD_BITS	20

/* How long after a bad line there is a look for a good one.  An idle guest is not woken. */
#define HOSTCLOCK_LINES_RETRY_SEC	1

/* NULL: no page */
static struct hostclock_line_page *hostclock_lines;
/* The guest epoch whose lines are used; 0: none */
static u64 hostclock_lines_epoch;
static bool hostclock_lines_off;
/* The line that was bad, by its guest epoch and seq; epoch 0: none */
static u64 hostclock_lines_bad_epoch;
static u32 hostclock_lines_bad_seq;
/* How far the line was ahead of the clock page when its seq was first read, and whose it is */
static u64 hostclock_lines_lead_word;
static u32 hostclock_lines_seq;

static void hostclock_lines_retry(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(hostclock_lines_retry_work, hostclock_lines_retry);

/**
 * hostclock_lines_start - use the line page, if there is one
 *
 * Context: may sleep; lines are used from hostclock_lines_accept() on.
 */
void hostclock_lines_start(void)
{
	hostclock_lines_epoch = 0;
	hostclock_lines_bad_epoch = 0;
	hostclock_lines_off = false;
	hostclock_lines = (void *)hostclock_line_page()->mem;
}

bool hostclock_lines_present(void)
{
	return hostclock_lines;
}

/* Say which epochs the clocks follow. */
static void hostclock_lines_say(u64 guest_epoch, u64 clock_epoch)
{
	WRITE_ONCE(hostclock_lines->accepted_clock_epoch, cpu_to_le64(clock_epoch));
	WRITE_ONCE(hostclock_lines->accepted_guest_epoch, cpu_to_le64(guest_epoch));
}

/**
 * hostclock_lines_drop - use no line until hostclock_lines_accept()
 */
void notrace hostclock_lines_drop(void)
{
	if (READ_ONCE(hostclock_lines_off)) {
		WRITE_ONCE(hostclock_lines_bad_epoch, READ_ONCE(hostclock_lines_epoch));
		WRITE_ONCE(hostclock_lines_bad_seq, HOSTCLOCK_LE32(hostclock_lines->seq));
	}
	WRITE_ONCE(hostclock_lines_epoch, 0);
	WRITE_ONCE(hostclock_lines_off, false);
	WRITE_ONCE(hostclock_lines_lead_word, 0);
	if (hostclock_lines)
		hostclock_lines_say(0, 0);
}

void hostclock_lines_stop(void)
{
	hostclock_lines_retry_stop();
	hostclock_lines_drop();
	hostclock_lines = NULL;
}

/**
 * hostclock_lines_accept - the clocks follow these epochs
 * @a: the epochs that the clocks were set by
 *
 * The vDSO may be opened by the host from now on.  After a bad line none is used, see
 * hostclock_lines_retry_later().
 *
 * Context: any but NMI; there is a page, and no other CPU may set the clock.
 * Return: false if no line can be used.
 */
bool hostclock_lines_accept(const struct hostclock_accepted *a)
{
	bool bad = READ_ONCE(hostclock_lines_bad_epoch) == a->guest_epoch;

	if (!bad) {
		WRITE_ONCE(hostclock_lines_bad_epoch, 0);
		WRITE_ONCE(hostclock_lines_epoch, a->guest_epoch);
	}
	/* The host needs to know in either case, to go on with another line. */
	hostclock_lines_say(a->guest_epoch, a->clock_epoch);
	return !bad;
}

/* Does the host go on with another line than the bad one? */
static void hostclock_lines_retry(struct work_struct *work)
{
	if (!READ_ONCE(hostclock_lines_bad_epoch) || !hostclock_running())
		return;
	if (READ_ONCE(hostclock_lines_bad_seq) == HOSTCLOCK_LE32(hostclock_lines->seq)) {
		hostclock_lines_retry_later();
		return;
	}
	WRITE_ONCE(hostclock_lines_bad_epoch, 0);
	hostclock_force_resync();
}

/**
 * hostclock_lines_retry_later - lines were bad: use them again once there are others
 *
 * Each bad one takes a resync, so it is not at once.
 *
 * Context: any but NMI, between hostclock_lines_start() and hostclock_lines_stop().
 */
void hostclock_lines_retry_later(void)
{
	schedule_delayed_work(&hostclock_lines_retry_work, HOSTCLOCK_LINES_RETRY_SEC * HZ);
}

/**
 * hostclock_lines_retry_stop - have no resync requested for a better line
 *
 * Context: may sleep.
 */
void hostclock_lines_retry_stop(void)
{
	cancel_delayed_work_sync(&hostclock_lines_retry_work);
}

/**
 * hostclock_lines_bad - was a line seen that is far from the clock page?
 */
bool hostclock_lines_bad(void)
{
	return READ_ONCE(hostclock_lines_off);
}

/* A page with bad lines and new epochs all the time must not keep a CPU busy with resyncs. */
static void notrace hostclock_lines_found_bad(void)
{
	if (READ_ONCE(hostclock_lines_off) || !hostclock_resync_allowed())
		return;
	WRITE_ONCE(hostclock_lines_off, true);
	hostclock_force_resync();
}

/* Where a line is at an instant, against the clock page's accepted parameters */
static noinline notrace void hostclock_lines_measure(u64 epoch, u32 seq)
{
	struct hostclock_read_base rb;
	u64 line, tsc;
	s64 lead_ns;

	hostclock_read_base_get(&rb);
	tsc = hostclock_rdtsc();
	if (!hostclock_line_eval(hostclock_lines, seq, epoch, tsc, &line) ||
	    hostclock_line_retry(hostclock_lines, seq))
		return;
	lead_ns = line - hostclock_extrapolate(&rb, HOSTCLOCK_MONO, tsc);
	lead_ns = clamp_t(s64, lead_ns, 0, HOSTCLOCK_LINE_MAX_LEAD_NS);
	/* In one store: another CPU may be at the lines of another epoch by now. */
	WRITE_ONCE(hostclock_lines_lead_word, epoch << HOSTCLOCK_LINE_LEAD_BITS | lead_ns);
	WRITE_ONCE(hostclock_lines_seq, seq);
}

/* Another reading of the clock page tells whether time had merely passed since the first. */
static u64 notrace hostclock_lines_far(u64 ns, u64 line)
{
	u64 later_ns = hostclock_counter(HOSTCLOCK_MONO);

	if ((s64)(line - ns) < -HOSTCLOCK_LINE_MAX_OFF_NS ||
	    (s64)(line - later_ns) > HOSTCLOCK_LINE_MAX_OFF_NS)
		hostclock_lines_found_bad();
	/* The way back to the clock page is a resync, unless it is absurd. */
	if ((s64)(line - ns) < -NSEC_PER_SEC || (s64)(line - later_ns) > NSEC_PER_SEC)
		return later_ns;
	return line;
}

static u64 notrace hostclock_lines_lead(u64 epoch)
{
	u64 word = READ_ONCE(hostclock_lines_lead_word);

	if ((word ^ (epoch << HOSTCLOCK_LINE_LEAD_BITS)) >> HOSTCLOCK_LINE_LEAD_BITS)
		return 0;
	return word & GENMASK_ULL(HOSTCLOCK_LINE_LEAD_BITS - 1, 0);
}

/* Is a line of that sequence count near the clock page? */
static __always_inline bool hostclock_lines_near(u64 epoch, u32 seq, s64 off)
{
	if (unlikely(seq != READ_ONCE(hostclock_lines_seq)))
		hostclock_lines_measure(epoch, seq);
	return likely(off >= -HOSTCLOCK_LINE_MAX_OFF_NS && off <= HOSTCLOCK_LINE_MAX_OFF_NS);
}

/**
 * hostclock_lines_refine - MONOTONIC's counter by the line, if there is one
 * @ns: by the clock page
 *
 * Context: any, NMI included.
 */
u64 notrace hostclock_lines_refine(u64 ns)
{
	u64 epoch = READ_ONCE(hostclock_lines_epoch), line;

	if (!epoch)
		return ns;
	/* The host withdraws the line before it writes the next guest epoch. */
	if (!hostclock_line_read(hostclock_lines, epoch, &line))
		return ns + hostclock_lines_lead(epoch);
	if (hostclock_lines_near(epoch, hostclock_line_begin(hostclock_lines), line - ns))
		return line;
	return hostclock_lines_far(ns, line);
}

/**
 * hostclock_lines_refine_tsc - the same, with what it is a function of
 * @ns: by the clock page
 * @tsc: the guest TSC value of which @ns is a function, 0: none; becomes that of the answer
 *
 * Context: any, NMI included.
 */
u64 notrace hostclock_lines_refine_tsc(u64 ns, u64 *tsc)
{
	u64 epoch = READ_ONCE(hostclock_lines_epoch), line;
	int tries = HOSTCLOCK_MAX_TRIES;
	bool good;
	u32 seq;

	if (!epoch)
		return ns;
	do {
		seq = hostclock_line_begin(hostclock_lines);
		good = *tsc && !(seq & 1) &&
		       hostclock_line_eval(hostclock_lines, seq, epoch, *tsc, &line);
	} while (good && hostclock_line_retry(hostclock_lines, seq) && --tries);
	if (good && tries && hostclock_lines_near(epoch, seq, line - ns))
		return line;
	/* Rarely: while a line is being written it is none. */
	*tsc = 0;
	return hostclock_lines_refine(ns);
}

/**
 * hostclock_lines_closed - why the vDSO cannot read the line page now, or NULL
 */
const char *hostclock_lines_closed(void)
{
	u64 epoch = READ_ONCE(hostclock_lines_epoch);

	if (READ_ONCE(hostclock_lines_bad_epoch))
		return "the line page was more than 1 ms off the clock page";
	if (READ_ONCE(hostclock_lines->tsc_sequence))
		return NULL;
	if (epoch && HOSTCLOCK_LE64(hostclock_lines->accepted_guest_epoch) != epoch)
		return "the guest cannot write to its line page (readonly=on?)";
	return "the host has not opened the line page";
}

/**
 * hostclock_lines_ahead - how far readings may have been ahead of the clock page
 *
 * Return: ns.
 */
u64 hostclock_lines_ahead(void)
{
	/* rounding, of the line and of the clock page */
	return 1 + hostclock_lines_lead(READ_ONCE(hostclock_lines_epoch));
}
