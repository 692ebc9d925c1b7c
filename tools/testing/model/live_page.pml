// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A LIVE page's protocol: a kernel that tells its own readers of a new set, and its page's
 * readers with it; programs that read both ways, one after the other.
 *
 * Order: as in clock_page.pml. -DNO_LIVE_BARRIER, -DNO_PUBLISH_BARRIER,
 * -DNO_BEGIN_BARRIER and -DNO_RETRY_BARRIER take one of the barriers away, -DNO_ODD and
 * -DNO_RETRY part of the check at the end of a read; each of them must make a reader fail.
 * That of hostclock_page_claim() follows from the first.
 *
 * Set number n holds from counter value from[n] on, which is sampled once seq is odd and
 * before the kernel's readers see the set. A reader must use the set that holds at its
 * counter value, and none older than the kernel's readers had when it began.
 *
 * A reader samples the counter before it loads seq for the last time. A CPU may do that
 * in the other order, by what fits into its window, as with the kernel's own readers.
 */
#ifndef UPDATES
#define UPDATES	3	/* the last set's number; two are there to begin with */
#endif

#ifdef NO_LIVE_BARRIER
#define LIVE_ORDER	true
#else
#define LIVE_ORDER	odd
#endif
#ifdef NO_PUBLISH_BARRIER
#define PUBLISH_ORDER	(odd && seen)
#else
#define PUBLISH_ORDER	(odd && seen && written)
#endif
#ifdef NO_BEGIN_BARRIER
#define BEGIN_ORDER	true
#else
#define BEGIN_ORDER	begun
#endif
#ifdef NO_RETRY_BARRIER
#define RETRY_ORDER	(begun && sampled)
#else
#define RETRY_ORDER	(begun && sampled && got[0] && got[1])
#endif

#ifdef NO_ODD
#define RETRY	((begin >> 1) != (end >> 1))
#else
#ifdef NO_RETRY
#define RETRY	((begin | end) & 1)
#else
#define RETRY	(begin != end || (begin & 1))
#endif
#endif

byte seq = 2;			/* newest is params[(seq >> 1) & 1], number seq >> 1 */
byte word[2];			/* of params[0] and params[1]: its number */
byte now = 1;			/* the counter */
byte from[UPDATES + 1];		/* 255: not sampled yet */
byte kernel = 1;		/* the set that the kernel's readers have */

init {
	word[1] = 1;
	from[0] = 0;
	from[1] = 1;
	from[2] = 255;
	from[3] = 255;
	atomic {
		run counter();
		run writer();
		run reader()
	}
}

proctype counter()
{
	do
	:: now < 2 * UPDATES -> now++
	:: kernel == UPDATES -> break
	od
}

proctype writer()
{
	bool odd, sampled, seen, written, even;
	byte next = 2, slot;

	do
	:: next > UPDATES -> break
	:: next <= UPDATES ->
		odd = false; sampled = false; seen = false;
		written = false; even = false;
		slot = ((seq >> 1) & 1) ^ 1;
		do
		:: !odd -> seq = seq | 1; odd = true
		:: LIVE_ORDER && !sampled -> from[next] = now; sampled = true
		:: odd && sampled && !seen -> kernel = next; seen = true
		:: odd && sampled && !written -> word[slot] = next; written = true
		:: PUBLISH_ORDER && !even -> seq = (seq | 1) + 1; even = true
		:: odd && sampled && seen && written && even -> break
		od;
		next++
	od
}

proctype reader()
{
	byte begin, end, tsc, low, number, used;
	byte copy[2];
	bool got[2], begun, sampled, ended;

	do
	:: seq >> 1 == UPDATES && !(seq & 1) -> break
	:: low = kernel;
		/* loads, in any order that the barriers leave */
		do
		:: !begun -> begin = seq; begun = true
		:: begun && !sampled -> tsc = now; sampled = true
		:: BEGIN_ORDER && !got[0] -> copy[0] = word[0]; got[0] = true
		:: BEGIN_ORDER && !got[1] -> copy[1] = word[1]; got[1] = true
		:: RETRY_ORDER && !ended -> end = seq; ended = true
		:: begun && sampled && ended && got[0] && got[1] -> break
		od;
		skip;
		d_step {
			number = begin >> 1;
			if
			:: RETRY -> skip
			:: else ->
				assert(copy[number & 1] == number);
				used = (tsc >= from[number] -> number : number - 1);
				assert(copy[used & 1] == used);
				/* what the kernel's readers had; and no later set holds */
				assert(used >= low);
				assert(used == UPDATES || from[used + 1] == 255 ||
				       from[used + 1] >= tsc)
			fi;
			begin = 0; end = 0; tsc = 0; low = 0; number = 0; used = 0;
			copy[0] = 0; copy[1] = 0;
			begun = false; sampled = false; ended = false;
			got[0] = false; got[1] = false
		}
	od
}
