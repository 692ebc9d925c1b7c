// SPDX-License-Identifier: GPL-2.0
#include <linux/hostclock-abi.h>

#include "leap.h"
#include "rate.h"

/* Noon before to noon after: 86400 s as the smeared clock counts them. */
#define NOON_BEFORE_SEC	43200
#define NOON_SPAN_SEC	86400
/* UTC-SLS: the last 1000 s before midnight, as the smeared clock counts. */
#define SLS_SPAN_SEC	1000
/* By then the host's kernel has stepped, at one of its timer ticks. */
#define HOST_STEPS_WITHIN_NS	NSEC_PER_SEC

/* How much of the leap second is smeared in already, signed. */
static s64 progress_ns(const struct leap_plan *plan, s64 mono_ns)
{
	s64 into = mono_ns - plan->begin_ns;

	if (!plan->sign || into <= 0)
		return 0;
	if (into >= plan->span_sec * NSEC_PER_SEC)
		return plan->sign * NSEC_PER_SEC;
	return plan->sign * (into / plan->span_sec);
}

static void adopt(struct leap_plan *plan, const struct clock_sample *s,
		  u8 smear, s64 mono_ns)
{
	s64 before = smear == HOSTCLOCK_SMEAR_UTC_SLS ? SLS_SPAN_SEC :
							NOON_BEFORE_SEC;
	s64 span = smear == HOSTCLOCK_SMEAR_UTC_SLS ? SLS_SPAN_SEC :
						      NOON_SPAN_SEC;

	plan->sign = s->leap;
	plan->sec = s->leap_sec;
	plan->strict = s->host_leaps;
	plan->wall_ns = s->wall_ns;
	plan->tai_sec = s->tai_sec;
	/* The deleted second is the last one before sec. */
	plan->instant_ns = (s->leap_sec - (s->leap < 0)) * NSEC_PER_SEC -
			   s->wall_ns;
	plan->begin_ns = (s->leap_sec - before) * NSEC_PER_SEC - s->wall_ns;
	plan->span_sec = span + s->leap;
	/* Told too late: MONOTONIC goes on from here, REALTIME steps. */
	plan->bias_ns += progress_ns(plan, mono_ns);
}

/* Whatever became of it, the smeared MONOTONIC goes on from where it is. */
static void drop(struct leap_plan *plan, s64 mono_ns)
{
	plan->bias_ns -= progress_ns(plan, mono_ns);
	plan->sign = 0;
}

static bool is_over(const struct leap_plan *plan, const struct clock_sample *s,
		    s64 mono_ns)
{
	s64 after = plan->wall_ns - plan->sign * NSEC_PER_SEC;

	if (mono_ns < plan->instant_ns)	/* withdrawn, or the clock was set */
		return s->leap != plan->sign || s->leap_sec != plan->sec ||
		       s->wall_ns != plan->wall_ns;
	if (mono_ns < plan->instant_ns + HOST_STEPS_WITHIN_NS)
		return s->wall_ns != plan->wall_ns && s->wall_ns != after;
	if (s->wall_ns != after)	/* did not step, or was set since */
		return true;
	return mono_ns >= plan->begin_ns + plan->span_sec * NSEC_PER_SEC;
}

/**
 * leap_follow - take up, keep or end the plan
 * @plan: the plan
 * @s: what the host's clocks say
 * @smear: kind of the smeared pages, HOSTCLOCK_SMEAR_*
 * @mono_ns: when the set in the making begins
 */
void leap_follow(struct leap_plan *plan, const struct clock_sample *s,
		 u8 smear, s64 mono_ns)
{
	if (plan->sign && is_over(plan, s, mono_ns))
		drop(plan, mono_ns);
	if (!plan->sign && s->leap)
		adopt(plan, s, smear, mono_ns);
	if (plan->sign && mono_ns < plan->instant_ns)
		plan->strict = s->host_leaps;
}

static u8 indicator(const struct leap_plan *plan, s64 mono_ns)
{
	s64 into = mono_ns - plan->instant_ns;

	if (!plan->sign)
		return HOSTCLOCK_LEAP_NONE;
	if (into < 0)
		return plan->sign > 0 ? HOSTCLOCK_LEAP_PRE_POS :
					HOSTCLOCK_LEAP_PRE_NEG;
	if (plan->sign < 0)
		return HOSTCLOCK_LEAP_POST_NEG;
	return into < NSEC_PER_SEC ? HOSTCLOCK_LEAP_POS :
				     HOSTCLOCK_LEAP_POST_POS;
}

/**
 * leap_look - what a page says at an instant
 * @plan: the plan, as leap_follow() left it
 * @s: what the host's clocks say
 * @smear: the page's kind, HOSTCLOCK_SMEAR_*
 * @mono_ns: the instant
 * @view: the answer
 */
void leap_look(const struct leap_plan *plan, const struct clock_sample *s,
	       u8 smear, s64 mono_ns, struct leap_view *view)
{
	bool done = plan->sign && plan->strict && mono_ns >= plan->instant_ns;
	s64 into = mono_ns - plan->begin_ns;

	view->indicator = indicator(plan, mono_ns);
	view->slope_num = view->slope_den = 1;
	view->bias_ns = 0;
	view->wall_ns = s->wall_ns;
	view->tai_sec = s->tai_sec;
	if (plan->sign) {
		view->wall_ns = plan->wall_ns - done * plan->sign * NSEC_PER_SEC;
		view->tai_sec = plan->tai_sec + done * plan->sign;
	}
	if (smear == HOSTCLOCK_SMEAR_STRICT)
		return;
	view->bias_ns = plan->bias_ns - progress_ns(plan, mono_ns);
	view->wall_ns = (plan->sign ? plan->wall_ns : s->wall_ns) - plan->bias_ns;
	if (plan->sign && into >= 0 && into < plan->span_sec * NSEC_PER_SEC) {
		view->slope_num = plan->span_sec - plan->sign;
		view->slope_den = plan->span_sec;
	}
}

/* The next instant after @mono_ns at which a page changes; INT64_MAX if none. */
s64 leap_next_ns(const struct leap_plan *plan, s64 mono_ns)
{
	s64 at[] = {
		plan->begin_ns,
		plan->instant_ns,
		plan->instant_ns + NSEC_PER_SEC,
		plan->begin_ns + plan->span_sec * NSEC_PER_SEC,
	};
	s64 next = INT64_MAX;
	unsigned int i;

	for (i = 0; plan->sign && i < sizeof(at) / sizeof(at[0]); i++) {
		if (at[i] > mono_ns && at[i] < next)
			next = at[i];
	}
	return next;
}
