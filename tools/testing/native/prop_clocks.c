// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* All clocks of a set, errors and deadlines, against exact arithmetic. */
#include <hostclock/validate.h>
#include <inttypes.h>

#include "prop.h"

#define SEC 1000000000

static s128 exact(struct hostclock_time t)
{
	return (s128)t.sec * SEC + t.nsec;
}

static s128 clamp_s64(s128 x)
{
	return x > INT64_MAX ? INT64_MAX : x < INT64_MIN ? INT64_MIN : x;
}

static bool check_time(struct prop_case *c)
{
	s64 ns = prop_swide(c), more = prop_swide(c);
	struct hostclock_time t = hostclock_time_of(ns), u;

	if (t.nsec >= SEC || exact(t) != ns || hostclock_time_ns(t) != ns)
		return prop_fail(c, "%" PRId64 " ns is %" PRId64 " s %u ns", ns, t.sec, t.nsec);
	t.sec = prop_swide(c);
	t.nsec = prop_wide_below(c, SEC);
	if (hostclock_time_ns(t) != clamp_s64(exact(t)))
		return prop_fail(c, "%" PRId64 " s %u ns in ns", t.sec, t.nsec);
	u = hostclock_time_add(t, more);
	if (u.nsec >= SEC)
		return prop_fail(c, "%u ns", u.nsec);
	if (u.sec == INT64_MAX || u.sec == INT64_MIN)
		return true;
	if (exact(u) != exact(t) + more)
		return prop_fail(c, "%" PRId64 " s %u ns + %" PRId64, t.sec, t.nsec, more);
	return true;
}

static bool check_time_end(struct prop_case *c)
{
	struct hostclock_time t = { .nsec = prop_wide_below(c, SEC) }, u;
	s64 more = prop_swide(c);
	s128 sec;

	t.sec = prop_u64(c) & 1 ? INT64_MAX - (s64)prop_below(c, 1ULL << 34) :
				  INT64_MIN + (s64)prop_below(c, 1ULL << 34);
	u = hostclock_time_add(t, more);
	sec = (exact(t) + more - u.nsec) / SEC;
	if (u.nsec >= SEC || u.sec != clamp_s64(sec))
		return prop_fail(c, "%" PRId64 " s %u ns + %" PRId64 " is %" PRId64 " s",
				 t.sec, t.nsec, more, u.sec);
	return true;
}

/* A counter value, and its distance from the newest set's cycle_last. */
static u64 any_counter(struct prop_case *c, const struct hostclock_params *p)
{
	return le64toh(p->cycle_last) + (u64)prop_swide(c);
}

static bool check_position(struct prop_case *c)
{
	enum hostclock_position want = HOSTCLOCK_WITHIN, got;
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	u64 counter, delta;
	s64 distance;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	counter = any_counter(c, p);
	distance = counter - le64toh(p->cycle_last);
	if (distance < 0)
		want = prop_scale(-(u64)distance, le32toh(p->mult), 0,
				  le32toh(p->shift)) <= HOSTCLOCK_MAX_SKEW_NS ?
		       HOSTCLOCK_SKEWED : HOSTCLOCK_BEFORE;
	got = hostclock_position(p, counter, &delta);
	if (got != want || delta != (distance < 0 ? 0 : (u64)distance))
		return prop_fail(c, "%" PRId64 " counts away: %d, not %d", distance,
				 got, want);
	return true;
}

static bool same(struct prop_case *c, const char *clock, struct hostclock_time t,
		 s128 want)
{
	if (t.nsec < SEC && exact(t) == want)
		return true;
	return prop_fail(c, "%s is %" PRId64 ".%09u, not %" PRId64 " ns", clock, t.sec,
			 t.nsec, (s64)want);
}

static bool check_clocks(struct prop_case *c)
{
	struct hostclock_offsets off = { prop_swide(c), prop_swide(c) };
	bool host = prop_below(c, 4) == 0;
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	struct hostclock_clocks got;
	u128 mono_ns, raw_ns;
	s128 mono, real, tai;
	u64 counter, delta;
	enum hostclock_position position;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	counter = any_counter(c, p);
	position = hostclock_clocks_at(p, host ? NULL : &off, counter, &got);
	if (host)
		off = (struct hostclock_offsets){ 0, 0 };
	delta = counter - le64toh(p->cycle_last);
	if ((s64)delta < 0)
		delta = 0;
	mono_ns = prop_scale(delta, le32toh(p->mult), le64toh(p->mono_snsec),
			     le32toh(p->shift));
	raw_ns = prop_scale(delta, le32toh(p->raw_mult), le64toh(p->raw_snsec),
			    le32toh(p->shift));
	if ((position == HOSTCLOCK_BEYOND) !=
	    (mono_ns >= INT64_MAX || raw_ns >= INT64_MAX))
		return prop_fail(c, "position %d", position);
	mono = (s128)le64toh(p->mono_sec) * SEC + prop_clamp(mono_ns);
	real = mono + (s64)le64toh(p->wall_offset_ns);
	tai = real;
	if (got.tai_valid)
		tai += (s128)(s32)le32toh(p->tai_offset_sec) * SEC;
	if (got.tai_valid != (le16toh(p->flags) & HOSTCLOCK_PARAMS_TAI_VALID))
		return prop_fail(c, "TAI valid %d", got.tai_valid);
	return same(c, "REALTIME", got.realtime, real) &&
	       same(c, "TAI", got.tai, tai) &&
	       same(c, "MONOTONIC", got.monotonic, mono + off.mono_ns) &&
	       same(c, "BOOTTIME", got.boottime,
		    mono + off.mono_ns + (s64)le64toh(p->boot_offset_ns)) &&
	       same(c, "RAW", got.raw, (s128)le64toh(p->raw_sec) * SEC +
		    prop_clamp(raw_ns) + off.raw_ns);
}

static bool check_monotone(struct prop_case *c)
{
	struct hostclock_clocks one, two;
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	u64 counter, later;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	counter = le64toh(p->cycle_last) + prop_wide_below(c, 1ULL << 63);
	later = counter + prop_wide_below(c, le64toh(p->cycle_last) +
					  (1ULL << 63) - counter);
	/* before cycle_last as well */
	if (!prop_below(c, 4))
		counter = le64toh(p->cycle_last) - prop_wide_below(c, 1ULL << 62);
	hostclock_clocks_at(p, NULL, counter, &one);
	hostclock_clocks_at(p, NULL, later, &two);
	if (exact(two.monotonic) < exact(one.monotonic) ||
	    exact(two.realtime) < exact(one.realtime) ||
	    exact(two.tai) < exact(one.tai) || exact(two.raw) < exact(one.raw) ||
	    exact(two.boottime) < exact(one.boottime))
		return prop_fail(c, "back from %#" PRIx64 " to %#" PRIx64, counter, later);
	return true;
}

/* Starting again from an exact intermediate point changes nothing. */
static bool check_additive(struct prop_case *c)
{
	struct hostclock_params moved;
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	u64 first, then, direct, again;
	u128 snsec;
	u32 shift;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	shift = le32toh(p->shift);
	first = prop_wide_below(c, 1ULL << 48);
	then = prop_wide_below(c, 1ULL << 48);
	moved = *p;
	snsec = (u128)first * le32toh(p->mult) + le64toh(p->mono_snsec);
	moved.mono_sec = htole64(le64toh(p->mono_sec) + snsec / ((u64)SEC << shift));
	moved.mono_snsec = htole64(snsec % ((u64)SEC << shift));
	direct = hostclock_params_ns(p, HOSTCLOCK_MONO, first + then);
	/* the saturation of elapsed time is the one thing that is not linear */
	if (prop_scale(first + then, le32toh(p->mult), le64toh(p->mono_snsec), shift) >> 63)
		return true;
	moved.max_cycles = 0;
	again = hostclock_params_ns(&moved, HOSTCLOCK_MONO, then);
	if (direct != again)
		return prop_fail(c, "%#" PRIx64 " then %#" PRIx64, first, then);
	return true;
}

static bool check_deadline(struct prop_case *c)
{
	enum hostclock_counter which = prop_below(c, 2);
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	u64 base, when, delta;
	s64 ns;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	base = prop_sec(p, which) * SEC;
	ns = prop_u64(c) & 3 ? base + prop_swide(c) : (u64)prop_swide(c);
	when = which == HOSTCLOCK_RAW ? hostclock_raw_deadline(p, ns) :
				       hostclock_mono_deadline(p, ns);
	delta = when - le64toh(p->cycle_last);
	if (delta > INT64_MAX)
		return prop_fail(c, "delta %#" PRIx64, delta);
	if (delta < INT64_MAX && (s128)prop_ns(p, which, delta) < ns)
		return prop_fail(c, "%" PRId64 " ns: early at delta %" PRIu64, ns, delta);
	if (delta && (s128)prop_ns(p, which, delta - 1) >= ns)
		return prop_fail(c, "%" PRId64 " ns: late at delta %" PRIu64, ns, delta);
	return true;
}

static bool check_error_growth(struct prop_case *c)
{
	u64 age = prop_wide(c), got;
	u32 rate = prop_wide(c);
	u128 want = ((u128)age * rate + SEC - 1) / SEC;

	got = hostclock_error_growth(age, rate);
	if (got != (want >> 64 ? ~0ULL : (u64)want))
		return prop_fail(c, "%" PRIu64 " ns at %u ppb", age, rate);
	return true;
}

static bool check_sync_quality(struct prop_case *c)
{
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	struct hostclock_sync_quality got;
	u128 want, age;
	u64 counter, delta;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	counter = any_counter(c, p);
	hostclock_sync_quality_at(p, counter, &got);
	delta = counter - le64toh(p->cycle_last);
	if ((s64)delta < 0)
		delta = 0;
	age = prop_scale(delta, le32toh(p->mult), 0, le32toh(p->shift));
	/* never less than the exact bound, at most 2 ns more and a rate's worth */
	want = (age * le32toh(p->maxerror_rate_ppb) + SEC - 1) / SEC +
	       le64toh(p->maxerror_ns);
	if (got.age_ns != prop_clamp(age))
		return prop_fail(c, "age");
	if (age < INT64_MAX && got.maxerror_ns < want && got.maxerror_ns != ~0ULL)
		return prop_fail(c, "error bound too small");
	if (age < INT64_MAX && got.maxerror_ns > want + 6)
		return prop_fail(c, "error bound %" PRIu64 " too large", got.maxerror_ns);
	if (got.utc_maxerror_ns != hostclock_add_sat(got.maxerror_ns,
						     le64toh(p->utc_maxerror_ns)))
		return prop_fail(c, "UTC error bound");
	if (got.valid != (prop_clamp(age) <= le64toh(p->valid_ns)) ||
	    got.synchronized != (got.valid && p->status == HOSTCLOCK_STATUS_SYNCHRONIZED))
		return prop_fail(c, "validity");
	return true;
}

const struct property clocks_properties[] = {
	{ "time", check_time },
	{ "time-end", check_time_end },
	{ "position", check_position },
	{ "clocks", check_clocks },
	{ "monotone", check_monotone },
	{ "additive", check_additive },
	{ "deadline", check_deadline },
	{ "error-growth", check_error_growth },
	{ "quality", check_sync_quality },
	{ NULL, NULL }
};
