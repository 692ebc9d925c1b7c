// SPDX-License-Identifier: GPL-2.0
#include <linux/hostclock-abi.h>

#include "base/rate.h"
#include "leap.h"

/* The host's kernel has stepped by then: it does so at a timer tick. */
#define HOST_STEPS_WITHIN_NS	NSEC_PER_SEC
/* How long a past leap second is announced as past. */
#define TOLD_NS			(43200 * NSEC_PER_SEC)

static struct hostclock_leap leap_of(const struct leap_plan *plan, u8 smear)
{
	return (struct hostclock_leap) {
		.insert = plan->sign > 0,
		.smear = smear,
	};
}

/* What the leap has done to REALTIME by then, on a page of that kind. */
static s64 offset_ns(const struct leap_plan *plan, u8 smear, s64 mono_ns)
{
	struct hostclock_leap leap = leap_of(plan, smear);

	if (!plan->sign)
		return 0;
	return hostclock_leap_offset(&leap, mono_ns - plan->mono_ns);
}

/* When a strict page steps. */
static s64 instant_ns(const struct leap_plan *plan)
{
	return plan->mono_ns - (plan->sign < 0) * NSEC_PER_SEC;
}

static void adopt(struct leap_plan *plan, const struct clock_sample *s,
		  u8 smear, s64 mono_ns)
{
	plan->sign = s->leap;
	plan->sec = s->leap_sec;
	plan->strict = s->host_leaps;
	plan->realtime_offset_ns = s->realtime_offset_ns;
	plan->tai_sec = s->tai_sec;
	plan->mono_ns = s->leap_sec * NSEC_PER_SEC - s->realtime_offset_ns;
	/* Announced too late: MONOTONIC continues, REALTIME steps. */
	plan->bias_ns -= offset_ns(plan, smear, mono_ns);
}

/* Drop the plan; the smeared MONOTONIC continues from its present value. */
static void drop(struct leap_plan *plan, u8 smear, s64 mono_ns)
{
	plan->bias_ns += offset_ns(plan, smear, mono_ns);
	plan->sign = 0;
}

static bool is_over(const struct leap_plan *plan, const struct clock_sample *s,
		    u8 smear, s64 mono_ns)
{
	s64 after = plan->realtime_offset_ns - plan->sign * NSEC_PER_SEC;
	struct hostclock_leap leap = leap_of(plan, smear);
	s64 since = mono_ns - instant_ns(plan);
	struct hostclock_leap_piece piece;

	if (since < 0)			/* withdrawn, or the clock was set */
		return s->leap != plan->sign || s->leap_sec != plan->sec ||
		       s->realtime_offset_ns != plan->realtime_offset_ns;
	if (since <= HOST_STEPS_WITHIN_NS)
		return s->realtime_offset_ns != plan->realtime_offset_ns &&
		       s->realtime_offset_ns != after;
	if (s->realtime_offset_ns != after)	/* did not step, or was set since */
		return true;
	hostclock_leap_piece_at(&leap, mono_ns - plan->mono_ns, &piece);
	if (piece.end != HOSTCLOCK_S64_MAX)
		return false;
	return since >= TOLD_NS || (s->leap && s->leap_sec != plan->sec);
}

/**
 * leap_follow - make, keep or end the plan
 * @plan: the plan
 * @s: what the host's clocks say
 * @smear: kind of the smeared pages, HOSTCLOCK_SMEAR_*
 * @mono_ns: host MONOTONIC when the parameters being planned start
 */
void leap_follow(struct leap_plan *plan, const struct clock_sample *s,
		 u8 smear, s64 mono_ns)
{
	if (plan->sign && is_over(plan, s, smear, mono_ns))
		drop(plan, smear, mono_ns);
	if (!plan->sign && s->leap)
		adopt(plan, s, smear, mono_ns);
	if (plan->sign && mono_ns < instant_ns(plan))
		plan->strict = s->host_leaps;
}

/**
 * leap_at - what a page says at an instant
 * @plan: the plan, as leap_follow() left it
 * @s: what the host's clocks say
 * @smear: the page's kind, HOSTCLOCK_SMEAR_*
 * @mono_ns: the instant, host MONOTONIC
 * @state: the answer
 */
void leap_at(const struct leap_plan *plan, const struct clock_sample *s,
	     u8 smear, s64 mono_ns, struct leap_state *state)
{
	struct hostclock_leap leap = leap_of(plan, smear);
	bool strict = smear == HOSTCLOCK_SMEAR_STRICT;
	s64 u = mono_ns - plan->mono_ns;
	s64 stepped = 0;

	*state = (struct leap_state) {
		.realtime_offset_ns = s->realtime_offset_ns,
		.tai_sec = s->tai_sec,
		.bias_ns = strict ? 0 : plan->bias_ns,
		.piece.length_sec = 1,
	};
	if (plan->sign) {
		if (plan->strict)
			stepped = offset_ns(plan, HOSTCLOCK_SMEAR_STRICT, mono_ns);
		state->realtime_offset_ns = plan->realtime_offset_ns + (strict ? stepped : 0);
		state->tai_sec = plan->tai_sec - stepped / NSEC_PER_SEC;
		state->indicator = hostclock_leap_indicator(&leap, u);
	}
	if (strict)
		return;
	state->realtime_offset_ns -= plan->bias_ns;
	state->bias_ns += offset_ns(plan, smear, mono_ns);
	if (plan->sign)
		hostclock_leap_piece_at(&leap, u, &state->piece);
}

/* The next instant after @mono_ns at which a page changes; S64_MAX if none. */
s64 leap_next_ns(const struct leap_plan *plan, u8 smear, s64 mono_ns)
{
	struct hostclock_leap leap = leap_of(plan, smear);
	s64 after = instant_ns(plan) + NSEC_PER_SEC;
	s64 next = HOSTCLOCK_S64_MAX;
	struct hostclock_leap_piece piece;

	if (!plan->sign)
		return next;
	hostclock_leap_piece_at(&leap, mono_ns - plan->mono_ns, &piece);
	if (piece.end != HOSTCLOCK_S64_MAX)
		next = plan->mono_ns + piece.end;
	if (instant_ns(plan) > mono_ns && instant_ns(plan) < next)
		next = instant_ns(plan);
	if (after > mono_ns && after < next)
		next = after;
	return next;
}
