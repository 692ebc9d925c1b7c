// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The clock page's protocol: two sets, one sequence count, a writer that may die
 * between any two stores and be started again, a reader (-DTWO_READERS: two).
 *
 * Order: between two barriers the writer's stores, and a reader's loads, happen in
 * every order there is. -DNO_CLAIM_BARRIER, -DNO_PUBLISH_BARRIER, -DNO_BEGIN_BARRIER
 * and -DNO_RETRY_BARRIER take one of the four away, -DNO_RETRY and -DLATE_RETRY the
 * checks at the end of a read, -DNO_WAIT the rule that an update waits for the newest
 * set's cycle_last; each of them must make a reader fail.
 *
 * Set number n holds from counter value PERIOD * n on. Both of its words are n. The
 * clock that the sets describe is the counter itself: what a reader returns must not
 * be ahead of the counter, nor behind what any reader has returned before it began.
 */
#define PERIOD	2
#ifndef UPDATES
#define UPDATES	3	/* the last set's number; two are there to begin with */
#endif

#ifdef NO_CLAIM_BARRIER
#define CLAIM_ORDER	true
#else
#define CLAIM_ORDER	odd
#endif
#ifdef NO_PUBLISH_BARRIER
#define PUBLISH_ORDER	odd
#else
#define PUBLISH_ORDER	(odd && one && two)
#endif
#ifdef NO_BEGIN_BARRIER
#define BEGIN_ORDER	true
#else
#define BEGIN_ORDER	begun
#endif
#ifdef NO_RETRY_BARRIER
#define RETRY_ORDER	begun
#else
#define RETRY_ORDER	(begun && got[0] && got[1] && got[2] && got[3])
#endif

#ifdef NO_RETRY
#define NEWEST_RETRY	false
#else
#define NEWEST_RETRY	((begin >> 1) != (end >> 1))
#endif
#ifdef LATE_RETRY
#define OLDER_RETRY	false
#else
#define OLDER_RETRY	(begin != end)
#endif

byte seq = 2;		/* newest is params[(seq >> 1) & 1], number seq >> 1 */
byte word_one[2];	/* of params[0] and params[1] */
byte word_two[2];
byte now = 1;		/* the counter */
byte next = 2;		/* the number of the set that is not published yet */
byte returned = 0;	/* the greatest that any reader has returned */

init {
	word_one[1] = 1;
	word_two[1] = 1;
	atomic {
		run counter();
		run writer();
		run reader();
#ifdef TWO_READERS
		run reader();
#endif
	}
}

/* A set is published ahead of its cycle_last, so that does not come before. */
proctype counter()
{
	do
	:: now + 1 < PERIOD * next -> now++
	:: next > UPDATES -> break
	od
}

proctype writer()
{
	bool odd, one, two, even;
	byte slot;

	do
	:: next > UPDATES -> break
	:: next <= UPDATES ->
#ifndef NO_WAIT
		now >= PERIOD * (next - 1);
#endif
		odd = false; one = false; two = false; even = false;
		/* the count that is there, odd if a writer died at it */
		slot = (((seq | 1) >> 1) & 1) ^ 1;
		do
		:: !odd -> seq = seq | 1; odd = true
		:: CLAIM_ORDER && !one -> word_one[slot] = next; one = true
		:: CLAIM_ORDER && !two -> word_two[slot] = next; two = true
		:: PUBLISH_ORDER && !even ->
			atomic { seq = (seq | 1) + 1; next++; even = true }
		:: odd && one && two && even -> break
		/* dies here; what follows is the next one's start */
		:: odd && !even -> break
		od
	od
}

proctype reader()
{
	byte begin, end, tsc, value, low;
	byte one[2], two[2];
	bool got[4], begun, sampled, ended;
	byte newest, older, number;

	do
	:: next > UPDATES -> break
	:: low = returned;
		/* loads, in any order that the barriers leave */
		do
		:: !begun -> begin = seq; begun = true
		:: begun && !sampled -> tsc = now; sampled = true
		:: BEGIN_ORDER && !got[0] -> one[0] = word_one[0]; got[0] = true
		:: BEGIN_ORDER && !got[1] -> two[0] = word_two[0]; got[1] = true
		:: BEGIN_ORDER && !got[2] -> one[1] = word_one[1]; got[2] = true
		:: BEGIN_ORDER && !got[3] -> two[1] = word_two[1]; got[3] = true
		:: RETRY_ORDER && !ended -> end = seq; ended = true
		:: begun && sampled && ended && got[0] && got[1] && got[2] && got[3] -> break
		od;
		skip;
		d_step {
			newest = (begin >> 1) & 1;
			older = newest ^ 1;
			number = begin >> 1;
			/* value 0: go again */
			if
			:: NEWEST_RETRY -> value = 0
			:: else ->
				if
				:: tsc >= PERIOD * one[newest] ->
					/* the newest set: whole, and the one that seq names */
					assert(one[newest] == number && two[newest] == number);
					value = tsc
				:: tsc < PERIOD * one[newest] && !(begin & 1) &&
				   tsc >= PERIOD * one[older] ->
					if
					:: OLDER_RETRY -> value = 0
					:: else ->
						assert(one[older] == number - 1 &&
						       two[older] == number - 1);
						value = tsc
					fi
				:: else ->
					/* the newest set's base: late, never back */
					assert(one[newest] == number && two[newest] == number);
					value = PERIOD * one[newest]
				fi
			fi;
			assert(value == 0 || (value <= now && value >= low));
			if
			:: value > returned -> returned = value
			:: else -> skip
			fi;
			/* what is not needed any more would only make more states */
			begin = 0; end = 0; tsc = 0; value = 0; low = 0;
			one[0] = 0; one[1] = 0; two[0] = 0; two[1] = 0;
			newest = 0; older = 0; number = 0;
			begun = false; sampled = false; ended = false;
			got[0] = false; got[1] = false; got[2] = false; got[3] = false
		}
	od
}
