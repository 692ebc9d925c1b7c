// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Where one set follows another: continuity across gaps, and leap seconds. */
#include <hostclock/continuity.h>
#include <hostclock/leap.h>
#include <inttypes.h>

#include "prop.h"

#define SEC 1000000000LL

struct transition {
	struct hostclock_clock_page pages[2];
	struct hostclock_timeline before;
	struct hostclock_timeline after;
	u64 end_tsc;
	u64 start_tsc;
	u64 gap_ns;
};

static void make_stretch(struct prop_case *c, struct hostclock_clock_page *cp,
			 struct hostclock_timeline *s, u64 *tsc)
{
	prop_page(c, cp);
	s->params = hostclock_newest(cp, le32toh(cp->seq));
	s->tsc_offset = prop_u64(c);
	s->mono_offset = prop_swide(c);
	s->raw_offset = prop_swide(c);
	*tsc = le64toh(s->params->cycle_last) + s->tsc_offset +
	       prop_wide_below(c, 1ULL << 52);
}

static void make_transition(struct prop_case *c, struct transition *s)
{
	make_stretch(c, &s->pages[0], &s->before, &s->end_tsc);
	make_stretch(c, &s->pages[1], &s->after, &s->start_tsc);
	s->gap_ns = prop_wide(c);
}

/* A guest's counter, modulo 2^64, delta counts after a timeline's cycle_last. */
static u64 guest_ns(const struct hostclock_timeline *s, enum hostclock_counter which, u64 tsc)
{
	u64 delta = tsc - s->tsc_offset - le64toh(s->params->cycle_last);
	u128 base = (u128)prop_sec(s->params, which) * SEC;

	return base + prop_clamp(prop_ns(s->params, which, delta) - base) +
	       (which == HOSTCLOCK_RAW ? s->raw_offset : s->mono_offset);
}

static bool check_continue(struct prop_case *c)
{
	enum hostclock_gap_policy policy = prop_below(c, 2);
	struct hostclock_jump jump;
	u64 mono, raw, counted, later;
	struct transition s;
	bool ok, want;

	make_transition(c, &s);
	mono = guest_ns(&s.before, HOSTCLOCK_MONO, s.end_tsc);
	raw = guest_ns(&s.before, HOSTCLOCK_RAW, s.end_tsc);
	counted = policy == HOSTCLOCK_GAP_STEAL ? s.gap_ns : 0;
	ok = hostclock_continue(&s.before, s.end_tsc, &s.after, s.start_tsc,
				s.gap_ns, policy, &jump);
	want = mono <= INT64_MAX && raw <= INT64_MAX &&
	       (u128)mono + counted <= INT64_MAX;
	if (ok != want)
		return prop_fail(c, "mono %#" PRIx64 " raw %#" PRIx64 " counted %#" PRIx64 ": %d",
				 mono, raw, counted, ok);
	if (!ok)
		return true;
	if (guest_ns(&s.after, HOSTCLOCK_MONO, s.start_tsc) != mono + counted ||
	    guest_ns(&s.after, HOSTCLOCK_RAW, s.start_tsc) != raw)
		return prop_fail(c, "not continuous");
	if (jump.mono_ns != counted || jump.mono_ns + jump.boot_ns != s.gap_ns)
		return prop_fail(c, "jump");
	later = s.start_tsc + prop_wide_below(c, 1ULL << 50);
	if (guest_ns(&s.after, HOSTCLOCK_MONO, later) - (mono + counted) > (u64)INT64_MAX ||
	    guest_ns(&s.after, HOSTCLOCK_RAW, later) - raw > (u64)INT64_MAX)
		return prop_fail(c, "back");
	return true;
}

/* A counter that ran, stopped and went on elsewhere: what it would be by itself. */
static bool check_run(struct prop_case *c)
{
	u64 stop = prop_u64(c), resume = stop + prop_swide(c) / 2;
	u64 ran = prop_wide_below(c, 1ULL << 61), later = ran + prop_wide_below(c, 1ULL << 60);
	u64 at = hostclock_run_tsc(resume + ran, stop, resume);
	u64 low, high;

	if (at != stop + ran)
		return prop_fail(c, "%" PRIu64 " after the gap: %" PRId64, ran, (s64)(at - stop));
	if (hostclock_run_tsc(resume + later, stop, resume) - at != later - ran)
		return prop_fail(c, "its rate");
	/* readings before the gap, of a counter that was not set back, are left alone */
	if ((s64)(resume - stop) >= 0 && ran && hostclock_run_tsc(stop - ran, stop, resume) !=
	    stop - ran)
		return prop_fail(c, "%" PRIu64 " before the gap", ran);
	/* and it never decreases, wherever that is */
	low = resume - ran + prop_wide_below(c, 2 * ran + 1);
	high = low + prop_wide_below(c, ran + 1);
	if ((s64)(hostclock_run_tsc(high, stop, resume) -
		  hostclock_run_tsc(low, stop, resume)) < 0)
		return prop_fail(c, "back from %" PRIu64 " to %" PRIu64, low, high);
	return true;
}

static bool check_gap(struct prop_case *c)
{
	s128 end, start;
	struct transition s;
	u64 got;

	make_transition(c, &s);
	s.before.mono_offset = 0;
	s.after.mono_offset = 0;
	end = (s128)guest_ns(&s.before, HOSTCLOCK_MONO, s.end_tsc) +
	      (s64)le64toh(s.before.params->wall_offset_ns);
	start = (s128)guest_ns(&s.after, HOSTCLOCK_MONO, s.start_tsc) +
		(s64)le64toh(s.after.params->wall_offset_ns);
	end = end > INT64_MAX ? INT64_MAX : end;
	start = start > INT64_MAX ? INT64_MAX : start;
	got = hostclock_gap_ns(&s.before, s.end_tsc, &s.after, s.start_tsc);
	if (got != (start > end ? (u64)(start - end) : 0))
		return prop_fail(c, "%" PRId64 " to %" PRId64 " is %" PRIu64, (s64)end,
				 (s64)start, got);
	return true;
}

static void any_leap(struct prop_case *c, struct hostclock_leap *leap)
{
	leap->insert = prop_below(c, 2);
	leap->smear = prop_below(c, 3);
}

/* ns around the leap: mostly within the smear, sometimes anywhere. */
static s64 any_u(struct prop_case *c)
{
	switch (prop_below(c, 4)) {
	case 0:
		return prop_swide(c);
	case 1:
		return (s64)prop_below(c, 4 * SEC) - 2 * SEC;
	case 2:
		return (s64)prop_below(c, 2200 * SEC) - 1100 * SEC;
	default:
		return (s64)prop_below(c, 90000 * SEC) - 45000 * SEC;
	}
}

/* The exact curve, in units of 1/length ns: REALTIME - u. */
static s128 curve(const struct hostclock_leap *leap, s64 u, s64 *length)
{
	s64 sign = leap->insert ? 1 : -1, start;

	*length = 1;
	switch (leap->smear) {
	case HOSTCLOCK_SMEAR_NOON_LINEAR:
		*length = 86400 + sign;
		start = -43200 * SEC;
		break;
	case HOSTCLOCK_SMEAR_UTC_SLS:
		*length = 1000;
		start = sign * SEC - 1000 * SEC;
		break;
	default:
		return u < (leap->insert ? 0 : -SEC) ? 0 : -sign * SEC;
	}
	if (u < start)
		return 0;
	if (u >= start + *length * SEC)
		return (s128)-sign * SEC * *length;
	return (s128)-sign * ((s128)u - start);
}

static bool check_leap_offset(struct prop_case *c)
{
	struct hostclock_leap leap;
	s64 u = any_u(c), length, got;
	s128 exact;

	any_leap(c, &leap);
	exact = curve(&leap, u, &length);
	got = hostclock_leap_offset(&leap, u);
	if ((s128)got * length > exact || (s128)(got + 1) * length <= exact)
		return prop_fail(c, "insert %d smear %d u %" PRId64 ": %" PRId64, leap.insert,
				 leap.smear, u, got);
	return true;
}

/* Pieces tile the line, join where they meet, and hold the times asked for. */
static bool check_leap_pieces(struct prop_case *c)
{
	struct hostclock_leap_piece p, next;
	struct hostclock_leap leap;
	s64 u = any_u(c), length, end;
	s128 exact;

	any_leap(c, &leap);
	hostclock_leap_piece_at(&leap, u, &p);
	if (u < p.start || (u >= p.end && p.end != INT64_MAX))
		return prop_fail(c, "%" PRId64 " is not in its piece", u);
	if (p.end == INT64_MAX)
		return true;
	hostclock_leap_piece_at(&leap, p.end, &next);
	if (next.start != p.end)
		return prop_fail(c, "a gap at %" PRId64, p.end);
	end = p.slew ? p.offset_ns + (p.end - p.start) / p.length_sec * p.slew : p.offset_ns;
	if (leap.smear != HOSTCLOCK_SMEAR_STRICT && end != next.offset_ns)
		return prop_fail(c, "a step at %" PRId64, p.end);
	exact = curve(&leap, next.start, &length);
	if (exact != (s128)next.offset_ns * length)
		return prop_fail(c, "off the curve at %" PRId64, p.end);
	return true;
}

static bool check_leap_monotone(struct prop_case *c)
{
	struct hostclock_leap leap;
	s64 u = any_u(c), later;
	s128 one, two;

	any_leap(c, &leap);
	later = u > INT64_MAX - 10 * SEC ? INT64_MAX : u + (s64)prop_wide_below(c, 10 * SEC);
	one = (s128)u + hostclock_leap_offset(&leap, u);
	two = (s128)later + hostclock_leap_offset(&leap, later);
	if (two < one && !(leap.smear == HOSTCLOCK_SMEAR_STRICT && leap.insert &&
			   u < 0 && later >= 0 && two >= one - SEC))
		return prop_fail(c, "back from u %" PRId64 " to %" PRId64, u, later);
	return true;
}

/*
 * Sets of an exporter that renews them every 10 ms to 10 s: each starts from the
 * curve, but never before the end of the one before it. Each adds at most half a
 * unit of mult per count and 2 ns of rounding to how far it is off.
 */
static bool check_leap_sets(struct prop_case *c)
{
	u32 shift = 24 + prop_below(c, 8), mult = (1U << 28) + prop_below(c, 1U << 31);
	struct hostclock_leap leap = { prop_below(c, 2), 1 + prop_below(c, 2) };
	s64 u = any_u(c) % (46000 * SEC), real = INT64_MIN, slack = 0, off;
	struct hostclock_leap_piece p;
	u64 cycles;
	int i;

	for (i = 0; i < 8; i++) {
		if (real < u + hostclock_leap_offset(&leap, u))
			real = u + hostclock_leap_offset(&leap, u);
		hostclock_leap_piece_at(&leap, u, &p);
		cycles = ((u128)(10000000 + prop_wide_below(c, 10 * SEC)) << shift) / mult;
		/* a new piece is a new set */
		if (p.end != INT64_MAX && (s64)prop_scale(cycles, mult, 0, shift) > p.end - u)
			cycles = ((u128)(p.end - u) << shift) / mult;
		real += prop_scale(cycles, hostclock_leap_mult(&p, mult), 0, shift);
		u += prop_scale(cycles, mult, 0, shift);
		slack += 2 + (s64)(cycles >> (shift + 1));
		off = real - (u + hostclock_leap_offset(&leap, u));
		if (off > slack || off < -slack)
			return prop_fail(c, "%" PRId64 " ns off the curve at u %" PRId64, off, u);
	}
	return true;
}

static bool check_leap_mult(struct prop_case *c)
{
	struct hostclock_leap_piece p;
	struct hostclock_leap leap;
	u32 mult = prop_wide(c), got;
	u128 want;

	any_leap(c, &leap);
	hostclock_leap_piece_at(&leap, any_u(c), &p);
	got = hostclock_leap_mult(&p, mult);
	want = (2 * (u128)mult * (u32)((s32)p.length_sec + p.slew) + p.length_sec) /
	       (2 * p.length_sec);
	if (got != (want >> 32 ? ~0U : (u32)want))
		return prop_fail(c, "mult %u slew %d / %u: %u", mult, p.slew, p.length_sec, got);
	return true;
}

static bool check_leap_indicator(struct prop_case *c)
{
	struct hostclock_leap leap;
	s64 u = any_u(c);
	u8 want, got;

	any_leap(c, &leap);
	got = hostclock_leap_indicator(&leap, u);
	if (leap.insert)
		want = u < 0 ? HOSTCLOCK_LEAP_PRE_POS :
		       u < SEC ? HOSTCLOCK_LEAP_POS : HOSTCLOCK_LEAP_POST_POS;
	else
		want = u < -SEC ? HOSTCLOCK_LEAP_PRE_NEG : HOSTCLOCK_LEAP_POST_NEG;
	if (got != want)
		return prop_fail(c, "insert %d u %" PRId64 ": %d", leap.insert, u, got);
	return true;
}

const struct property transitions_properties[] = {
	{ "continue", check_continue },
	{ "run", check_run },
	{ "gap", check_gap },
	{ "leap-offset", check_leap_offset },
	{ "leap-pieces", check_leap_pieces },
	{ "leap-monotone", check_leap_monotone },
	{ "leap-sets", check_leap_sets },
	{ "leap-mult", check_leap_mult },
	{ "leap-indicator", check_leap_indicator },
	{ NULL, NULL }
};
