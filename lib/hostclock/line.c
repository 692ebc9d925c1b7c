// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/line.h>

/* The guest's counter, in ns and 2^-64 ns */
struct hostclock_ns {
	u64 ns;
	u64 frac;
};

static struct hostclock_ns hostclock_leader_at(const struct hostclock_leader *l, u64 tsc)
{
	const struct hostclock_params *p = l->params;
	struct hostclock_u128 base = { .lo = HOSTCLOCK_LE64(p->mono_snsec) }, sum;
	u64 delta = tsc - l->tsc_offset - HOSTCLOCK_LE64(p->cycle_last);
	u32 shift = HOSTCLOCK_LE32(p->shift) & 31;
	struct hostclock_ns at;

	sum = hostclock_add(hostclock_mul(delta, HOSTCLOCK_LE32(p->mult)), base);
	at.ns = hostclock_shr(sum, shift).lo + l->mono_offset +
		HOSTCLOCK_LE64(p->mono_sec) * HOSTCLOCK_NSEC_PER_SEC;
	at.frac = shift ? sum.lo << (64 - shift) : 0;
	return at;
}

/**
 * hostclock_course_lead_ns - how far is a line ahead of the clock page at a TSC value?
 * @leader: the clock page's set that holds then, and the guest's offsets to it
 * @c: the line, anything at all
 * @tsc: guest TSC
 *
 * Return: ns, modulo 2^64.
 */
s64 hostclock_course_lead_ns(const struct hostclock_leader *leader,
			     const struct hostclock_course *c, u64 tsc)
{
	return hostclock_course_ns(c, tsc) - hostclock_leader_at(leader, tsc).ns;
}

/* The slope that makes up for @ahead ns within @horizon ticks, but 1/1024 less at most */
static u64 hostclock_slower(u64 scale, u64 ahead, u64 horizon)
{
	struct hostclock_u128 n = { .hi = ahead };
	u64 less = hostclock_div(n, horizon, NULL);

	return scale - (less < scale >> 10 ? less : scale >> 10);
}

static struct hostclock_ns hostclock_course_at(const struct hostclock_course *c, u64 tsc)
{
	struct hostclock_u128 product = hostclock_mul(tsc, c->scale);

	return (struct hostclock_ns){ .ns = product.hi + c->offset, .frac = product.lo };
}

/* How far a line gets ahead of another slope within @ticks, or 0 */
static struct hostclock_ns hostclock_gain(const struct hostclock_course *c, u64 scale, u64 ticks)
{
	struct hostclock_u128 gain = { 0 };

	if (c->scale > scale)
		gain = hostclock_mul(c->scale - scale, ticks);
	return (struct hostclock_ns){ .ns = gain.hi, .frac = gain.lo };
}

/*
 * Continue a line that is ahead of the leader, or will be within @overlap ticks.
 * @at: the leader at @start; becomes where the new line is
 *
 * Return: the slope.
 */
static u64 hostclock_continue(const struct hostclock_course *prev, u64 start, u64 overlap,
			      u64 horizon, u64 scale, struct hostclock_ns *at)
{
	struct hostclock_ns least = hostclock_course_at(prev, start);
	struct hostclock_ns gain = hostclock_gain(prev, scale, overlap);
	s64 ahead = least.ns + gain.ns - at->ns;

	if (ahead > 0)
		scale = hostclock_slower(scale, ahead, horizon);
	gain = hostclock_gain(prev, scale, overlap);
	least.frac += gain.frac;
	least.ns += gain.ns + (least.frac < gain.frac);
	ahead = least.ns - at->ns;
	if (ahead > 0 || (!ahead && least.frac > at->frac))
		*at = least;
	return scale;
}

/**
 * hostclock_course_make - the line that continues another and follows a clock page
 * @leader: the clock page's set that holds at @start, and the guest's offsets to it
 * @prev: the line before, or NULL
 * @start: guest TSC from which it shall hold
 * @overlap: ticks from @start for which @prev may still be read
 * @horizon: ticks within which it shall be back if @prev was ahead
 * @c: where to put the line
 *
 * At @start it is the leader's value, or 1 ns more, or as little more as keeps it from
 * being below the previous line at any time within @overlap.  Carries fractions of a ns,
 * so that it does not drift.
 *
 * Return: false if there can be no line: a tick takes 1 ns or more, or @start is too
 * small.
 */
bool hostclock_course_make(const struct hostclock_leader *leader,
			   const struct hostclock_course *prev, u64 start, u64 overlap,
			   u64 horizon, struct hostclock_course *c)
{
	struct hostclock_ns at = hostclock_leader_at(leader, start);
	u32 shift = HOSTCLOCK_LE32(leader->params->shift) & 31;
	u32 mult = HOSTCLOCK_LE32(leader->params->mult);
	struct hostclock_u128 product;
	u64 missing;

	if (!shift || !mult || mult >> shift || start < HOSTCLOCK_LINE_MIN_START)
		return false;
	c->start = start;
	c->scale = (u64)mult << (64 - shift);
	if (prev)
		c->scale = hostclock_continue(prev, start, overlap, horizon, c->scale, &at);
	/*
	 * The product's fraction must be at.frac: each step of the scale adds start to
	 * it, at most 2^32 steps, 2^-32 ns per tick.
	 */
	missing = at.frac - hostclock_mul(start, c->scale).lo;
	c->scale += div64_u64(missing, start);
	product = hostclock_mul(start, c->scale);
	if (product.lo != at.frac) {
		c->scale++;
		product = hostclock_mul(start, c->scale);
	}
	/* rounded up beyond the next ns? */
	if (product.lo < at.frac)
		at.ns++;
	c->offset = at.ns - product.hi;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_course_make);

/**
 * hostclock_course_fits - is a line the clock page's value at a TSC value?
 * @leader: the clock page's set that holds then, and the guest's offsets to it
 * @c: the line
 * @tsc: guest TSC
 *
 * Return: true if it is within 1 ns.
 */
bool hostclock_course_fits(const struct hostclock_leader *leader,
			   const struct hostclock_course *c, u64 tsc)
{
	return (u64)hostclock_course_lead_ns(leader, c, tsc) + 1 <= 2;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_course_fits);
