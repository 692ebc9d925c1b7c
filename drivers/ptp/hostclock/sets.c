// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of parameters by themselves, and those that come before them.
 */
#include <linux/kernel.h>

#include "sets.h"

/**
 * hostclock_params_counter - evaluate a host counter
 * @params: private copy, validated
 * @tsc_offset: guest TSC - the page's counter
 * @which: counter
 * @tsc: guest TSC; before cycle_last, the base is returned
 *
 * Return: ns; U64_MAX if it does not fit.
 */
u64 notrace hostclock_params_counter(const struct hostclock_params *params,
				     u64 tsc_offset, enum hostclock_counter which,
				     u64 tsc)
{
	u64 delta = tsc - tsc_offset - le64_to_cpu(params->cycle_last);

	return hostclock_params_ns(params, which, (s64)delta < 0 ? 0 : delta);
}

/* Do they say the same of both counters, at any time? */
static bool notrace hostclock_same_counters(const struct hostclock_params *a,
					    const struct hostclock_params *b)
{
	return a->cycle_last == b->cycle_last && a->shift == b->shift &&
	       a->mult == b->mult && a->raw_mult == b->raw_mult &&
	       a->mono_sec == b->mono_sec && a->mono_snsec == b->mono_snsec &&
	       a->raw_sec == b->raw_sec && a->raw_snsec == b->raw_snsec;
}

/* Does one end where the other begins? */
static bool notrace hostclock_params_join(const struct hostclock_params *previous,
					  const struct hostclock_params *params)
{
	u64 delta = le64_to_cpu(params->cycle_last) - le64_to_cpu(previous->cycle_last);
	int which;

	if ((s64)delta <= 0)
		return false;
	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++)
		if (hostclock_params_ns(params, which, 0) + HOSTCLOCK_ROUNDING_NS -
		    hostclock_params_ns(previous, which, delta) > 2 * HOSTCLOCK_ROUNDING_NS)
			return false;
	return true;
}

/**
 * hostclock_params_set - put parameters into a state
 * @rb: the state, which has its offsets, and may be @old itself
 * @old: accepted state before
 * @params: to be accepted
 * @previous: those before them, of epoch 0 if they are not known
 * @tsc: guest TSC
 *
 * Those before are for CPUs whose TSC is behind, once @params have begun, and only if
 * these go on from where they end: what is read was judged as what @params say.
 * Parameters have the time since they were accepted to drift apart from the next in.
 */
void notrace hostclock_params_set(struct hostclock_read_base *rb,
				  const struct hostclock_read_base *old,
				  const struct hostclock_params *params,
				  const struct hostclock_params *previous, u64 tsc)
{
	u64 counter = tsc - rb->accepted.tsc_offset;

	rb->params_tsc = old->cp == rb->cp && hostclock_same_counters(&old->params, params) ?
			 old->params_tsc : tsc;
	rb->params = *params;
	rb->previous = *previous;
	if ((s64)(counter - le64_to_cpu(params->cycle_last)) < 0 ||
	    !hostclock_params_join(previous, params))
		rb->previous.epoch = 0;
}

/**
 * hostclock_same_clock_epoch - are these parameters of the accepted clock epoch?
 * @rb: accepted state
 * @params: just copied from the page
 */
bool notrace hostclock_same_clock_epoch(const struct hostclock_read_base *rb,
					const struct hostclock_params *params)
{
	u32 seq = HOSTCLOCK_LE32(rb->cp->seq);

	if (le64_to_cpu(params->epoch) == rb->accepted.clock_epoch)
		return true;
	/* They may precede the newest, see hostclock_epoch_ok(). */
	return HOSTCLOCK_LE64(hostclock_newest(rb->cp, seq)->epoch) ==
	       rb->accepted.clock_epoch;
}
