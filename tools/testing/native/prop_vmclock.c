// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The vmclock form, against exact arithmetic. */
#include <hostclock/mult_shift.h>
#include <hostclock/math.h>
#include <hostclock/validate.h>
#include <hostclock/vmclock.h>
#include <inttypes.h>
#include <string.h>

#include "prop.h"

#define SEC 1000000000

static void any_vmclock(struct prop_case *c, struct hostclock_vmclock *vc)
{
	memset(vc, 0, sizeof(*vc));
	vc->magic = htole32(HOSTCLOCK_VMCLOCK_MAGIC);
	vc->size = htole32(HOSTCLOCK_PAGE_SIZE);
	vc->version = htole16(1);
	vc->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	vc->time_type = prop_below(c, 2);
	vc->flags = htole64(prop_u64(c));
	vc->tai_offset_sec = htole16(prop_u64(c));
	vc->counter_period_shift = prop_below(c, 128);
	vc->counter_value = htole64(prop_wide(c));
	vc->counter_period_frac_sec = htole64(1 + prop_wide_below(c, ~0ULL));
	vc->counter_period_esterror_rate_frac_sec = htole64(prop_wide(c));
	vc->counter_period_maxerror_rate_frac_sec = htole64(prop_wide(c));
	vc->time_sec = htole64(prop_wide_below(c, HOSTCLOCK_REALTIME_MAX_SEC));
	vc->time_frac_sec = htole64(prop_wide(c));
	vc->time_esterror_nanosec = htole64(prop_wide(c));
	vc->time_maxerror_nanosec = htole64(prop_wide(c));
}

/* A period as hardware has it: 100 ps to 1 us. */
static void real_period(struct prop_case *c, struct hostclock_vmclock *vc)
{
	vc->counter_period_shift = 20 + prop_below(c, 11);
	vc->counter_period_frac_sec = htole64((1ULL << 63) + prop_below(c, 1ULL << 63));
}

/* start + delta * rate in 2^-(64 + shift) s, in ns: from *low to *low + 2. */
static u128 error_low(u64 start, u64 rate, u32 shift, u64 delta)
{
	u128 grown = (u128)delta * rate >> shift;

	return (u128)start + (grown >> 64) * SEC + ((u128)(u64)grown * SEC >> 64);
}

static bool error_ok(u64 got, u128 low)
{
	if (low >> 64)
		return got == ~0ULL;
	return got >= (u64)low && (got - (u64)low <= 2);
}

static bool check_errors(struct prop_case *c)
{
	struct hostclock_vmclock vc;
	struct hostclock_vmtime t;
	u64 delta, flags, est_rate, max_rate;

	any_vmclock(c, &vc);
	flags = le64toh(vc.flags);
	delta = prop_wide_below(c, 1ULL << 63);
	hostclock_vmclock_at(&vc, le64toh(vc.counter_value) + delta, &t);
	est_rate = flags & HOSTCLOCK_VMCLOCK_PERIOD_ESTERROR_VALID ?
		   le64toh(vc.counter_period_esterror_rate_frac_sec) : 0;
	max_rate = flags & HOSTCLOCK_VMCLOCK_PERIOD_MAXERROR_VALID ?
		   le64toh(vc.counter_period_maxerror_rate_frac_sec) : 0;
	if (flags & HOSTCLOCK_VMCLOCK_TIME_ESTERROR_VALID ?
	    !error_ok(t.esterror_ns, error_low(le64toh(vc.time_esterror_nanosec), est_rate,
					       vc.counter_period_shift, delta)) :
	    t.esterror_ns != ~0ULL)
		return prop_fail(c, "esterror %" PRIu64, t.esterror_ns);
	if (flags & HOSTCLOCK_VMCLOCK_TIME_MAXERROR_VALID ?
	    !error_ok(t.maxerror_ns, error_low(le64toh(vc.time_maxerror_nanosec), max_rate,
					       vc.counter_period_shift, delta)) :
	    t.maxerror_ns != ~0ULL)
		return prop_fail(c, "maxerror %" PRIu64, t.maxerror_ns);
	return true;
}

static bool check_at(struct prop_case *c)
{
	struct hostclock_vmclock vc;
	struct hostclock_vmtime t;
	u128 want, elapsed;
	s64 offset, sec;
	u64 delta;
	bool tai, known, ahead;

	any_vmclock(c, &vc);
	delta = prop_u64(c) & 1 ? prop_wide_below(c, 1ULL << 63) : (u64)prop_swide(c);
	ahead = hostclock_vmclock_at(&vc, le64toh(vc.counter_value) + delta, &t);
	if (ahead != !(delta >> 63))
		return prop_fail(c, "delta %#" PRIx64 ": %d", delta, ahead);
	elapsed = (u128)(ahead ? delta : 0) * le64toh(vc.counter_period_frac_sec);
	want = (u128)le64toh(vc.time_sec) << 64 | le64toh(vc.time_frac_sec);
	want = want + (elapsed >> vc.counter_period_shift) < want ? ~(u128)0 :
	       want + (elapsed >> vc.counter_period_shift);
	if (t.sec != want >> 64 || t.frac != (u64)want)
		return prop_fail(c, "delta %#" PRIx64 ": sec %#" PRIx64, delta, t.sec);
	known = le64toh(vc.flags) & HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID;
	offset = known ? (int16_t)le16toh(vc.tai_offset_sec) : 0;
	tai = vc.time_type == HOSTCLOCK_VMCLOCK_TIME_TAI;
	sec = t.sec > INT64_MAX ? INT64_MAX : (s64)t.sec;
	if (t.utc_valid != (known || !tai) || t.tai_valid != (known || tai))
		return prop_fail(c, "UTC %d TAI %d", t.utc_valid, t.tai_valid);
	if (t.utc.sec != (tai ? hostclock_sadd_sat(sec, -offset) : sec) ||
	    t.tai.sec != (tai ? sec : hostclock_sadd_sat(sec, offset)))
		return prop_fail(c, "offset %" PRId64, offset);
	if (t.utc.nsec != (u64)((u128)t.frac * SEC >> 64) || t.tai.nsec != t.utc.nsec)
		return prop_fail(c, "ns");
	return true;
}

/* Ours as a vmclock: the same line, to 1 ns; the period to half a unit. */
static bool check_to(struct prop_case *c)
{
	u64 tsc_offset = prop_u64(c), flags = prop_u64(c), period, delta;
	struct hostclock_vmclock vc = { .flags = htole64(flags) };
	const struct hostclock_params *p;
	struct hostclock_clocks clocks;
	struct hostclock_clock_page cp;
	struct hostclock_time want;
	struct hostclock_vmtime t;
	s128 off, diff;
	bool tai;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	tai = le16toh(p->flags) & HOSTCLOCK_PARAMS_TAI_VALID;
	hostclock_clocks_at(p, NULL, le64toh(p->cycle_last), &clocks);
	want = tai ? clocks.tai : clocks.realtime;
	if (!hostclock_to_vmclock(p, tsc_offset, &vc)) {
		s32 offset = le32toh(p->tai_offset_sec);

		if (want.sec >= 0 && (!tai || (offset <= INT16_MAX && offset >= INT16_MIN)))
			return prop_fail(c, "refused");
		return true;
	}
	period = le64toh(vc.counter_period_frac_sec);
	off = (s128)period * ((u64)SEC << le32toh(p->shift)) -
	      ((s128)le32toh(p->mult) << (64 + vc.counter_period_shift));
	if (2 * (off < 0 ? -off : off) > (s128)SEC << le32toh(p->shift) || !(period >> 62))
		return prop_fail(c, "period %#" PRIx64 " shift %d", period,
				 vc.counter_period_shift);
	if ((le64toh(vc.flags) ^ flags) & ~(u64)HOSTCLOCK_VMCLOCK_FLAGS_SET)
		return prop_fail(c, "flags %#" PRIx64 " became %#" PRIx64, flags,
				 le64toh(vc.flags));
	delta = prop_wide_below(c, 1ULL << 50);
	hostclock_clocks_at(p, NULL, le64toh(p->cycle_last) + delta, &clocks);
	want = tai ? clocks.tai : clocks.realtime;
	hostclock_vmclock_at(&vc, le64toh(p->cycle_last) + tsc_offset + delta, &t);
	if (t.tai_valid != tai || (!tai && !t.utc_valid))
		return prop_fail(c, "validity");
	diff = ((s128)(tai ? t.tai.sec : t.utc.sec) - want.sec) * SEC +
	       (s64)(tai ? t.tai.nsec : t.utc.nsec) - want.nsec;
	if (diff > 1 || diff < -1)
		return prop_fail(c, "%" PRId64 " ns off at delta %" PRIu64, (s64)diff, delta);
	return true;
}

/* A vmclock's error bound is never below that of the set it was made of. */
static bool check_to_errors(struct prop_case *c)
{
	struct hostclock_vmclock vc = { .flags = 0 };
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	struct hostclock_sync_quality quality;
	struct hostclock_vmtime t;
	u64 counter;
	u128 exact;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	if (!hostclock_to_vmclock(p, 0, &vc))
		return true;
	counter = le64toh(p->cycle_last) + prop_wide_below(c, 1ULL << 45);
	hostclock_sync_quality_at(p, counter, &quality);
	hostclock_vmclock_at(&vc, counter, &t);
	if (t.esterror_ns != ~0ULL)
		return prop_fail(c, "an estimate from nowhere");
	if (hostclock_add_sat(le64toh(p->maxerror_ns), le64toh(p->utc_maxerror_ns)) == ~0ULL)
		return t.maxerror_ns == ~0ULL || prop_fail(c, "a bound from nowhere");
	exact = ((u128)quality.age_ns * le32toh(p->maxerror_rate_ppb) + SEC - 1) / SEC +
		le64toh(p->maxerror_ns) + le64toh(p->utc_maxerror_ns);
	if (t.maxerror_ns < exact && t.maxerror_ns != ~0ULL)
		return prop_fail(c, "bound %" PRIu64 " below %" PRIu64, t.maxerror_ns, (u64)exact);
	return true;
}

static u64 nearest_mult(u64 period, u32 period_shift, u32 shift)
{
	u32 down = 64 + period_shift - shift;

	if (down > 127)
		return 0;
	return ((u128)period * SEC + ((u128)1 << (down - 1))) >> down;
}

static bool check_from(struct prop_case *c)
{
	struct hostclock_params p = { .mult = 0 };
	struct hostclock_vmclock vc;
	u64 period, mult;
	bool ok, known;
	u32 shift;

	any_vmclock(c, &vc);
	if (prop_below(c, 8))
		real_period(c, &vc);
	ok = hostclock_from_vmclock(&vc, &p);
	known = vc.time_type == HOSTCLOCK_VMCLOCK_TIME_UTC ||
		le64toh(vc.flags) & HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID;
	period = le64toh(vc.counter_period_frac_sec);
	shift = le32toh(p.shift);
	if (!ok) {
		mult = nearest_mult(period, vc.counter_period_shift, 1);
		if (known && mult <= HOSTCLOCK_MULT_MAX &&
		    nearest_mult(period, vc.counter_period_shift, 31))
			return prop_fail(c, "refused: period %#" PRIx64 " shift %d", period,
					 vc.counter_period_shift);
		return p.mult ? prop_fail(c, "stored") : true;
	}
	mult = nearest_mult(period, vc.counter_period_shift, shift);
	if (!known || !shift || shift > 31 || mult != le32toh(p.mult) ||
	    mult > HOSTCLOCK_MULT_MAX)
		return prop_fail(c, "period %#" PRIx64 " shift %d: mult %u shift %u", period,
				 vc.counter_period_shift, le32toh(p.mult), shift);
	if (shift < 31 && nearest_mult(period, vc.counter_period_shift, shift + 1) <=
			  HOSTCLOCK_MULT_MAX)
		return prop_fail(c, "shift %u could be greater", shift);
	if (le64toh(p.mono_snsec) != (u64)((u128)le64toh(vc.time_frac_sec) *
					   ((u64)SEC << shift) >> 64))
		return prop_fail(c, "base");
	return true;
}

/* REALTIME of a set made of a vmclock is the vmclock's UTC, to rate and 1 ns. */
static bool check_from_time(struct prop_case *c)
{
	struct hostclock_params p = { .epoch = htole64(1) };
	struct hostclock_clocks clocks;
	struct hostclock_vmclock vc;
	struct hostclock_vmtime t;
	s128 diff, slack;
	u64 delta;

	any_vmclock(c, &vc);
	real_period(c, &vc);
	vc.flags |= htole64(HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID);
	if (!hostclock_from_vmclock(&vc, &p))
		return prop_fail(c, "refused");
	delta = prop_wide_below(c, 1ULL << 40);
	hostclock_clocks_at(&p, NULL, le64toh(vc.counter_value) + delta, &clocks);
	hostclock_vmclock_at(&vc, le64toh(vc.counter_value) + delta, &t);
	/* half a unit of mult per count */
	slack = (delta >> (le32toh(p.shift) + 1)) + 2;
	diff = ((s128)clocks.realtime.sec - t.utc.sec) * SEC +
	       (s64)clocks.realtime.nsec - t.utc.nsec;
	if (diff > slack || diff < -slack)
		return prop_fail(c, "UTC %" PRId64 " ns off at %" PRIu64, (s64)diff, delta);
	diff = ((s128)clocks.tai.sec - t.tai.sec) * SEC +
	       (s64)clocks.tai.nsec - t.tai.nsec;
	if (!clocks.tai_valid || diff > slack || diff < -slack)
		return prop_fail(c, "TAI %" PRId64 " ns off at %" PRIu64, (s64)diff, delta);
	return true;
}

/* Ours, as a vmclock, as ours again: the rate to the last bit that is there. */
static bool check_round(struct prop_case *c)
{
	struct hostclock_params back = { .mult = 0 };
	struct hostclock_vmclock vc = { .flags = 0 };
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	s128 off;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	if (!hostclock_to_vmclock(p, 0, &vc))
		return true;
	if (!hostclock_from_vmclock(&vc, &back))
		return prop_fail(c, "refused");
	off = ((s128)le32toh(back.mult) << le32toh(p->shift)) -
	      ((s128)le32toh(p->mult) << le32toh(back.shift));
	if (2 * (off < 0 ? -off : off) > (s128)1 << le32toh(p->shift))
		return prop_fail(c, "mult %u shift %u came back as %u, %u",
				 le32toh(p->mult), le32toh(p->shift),
				 le32toh(back.mult), le32toh(back.shift));
	return true;
}

static bool check_refused(struct prop_case *c)
{
	struct hostclock_vmclock vc = { .flags = 0 };
	struct hostclock_clock_page cp;
	struct hostclock_params *p;

	prop_page(c, &cp);
	p = &cp.params[(le32toh(cp.seq) >> 1) & 1];
	p->mult = htole32(prop_below(c, 2) ? 0 : 2000000000 + prop_below(c, 2000000000));
	p->shift = htole32(1);
	/* 10^9 ns a count and more */
	if (hostclock_to_vmclock(p, 0, &vc))
		return prop_fail(c, "mult %u is a second and more", le32toh(p->mult));
	return true;
}

const struct property vmclock_properties[] = {
	{ "vmclock-refused", check_refused },
	{ "vmclock-at", check_at },
	{ "vmclock-errors", check_errors },
	{ "to-vmclock", check_to },
	{ "to-vmclock-errors", check_to_errors },
	{ "from-vmclock", check_from },
	{ "from-vmclock-time", check_from_time },
	{ "vmclock-round-trip", check_round },
	{ NULL, NULL }
};
