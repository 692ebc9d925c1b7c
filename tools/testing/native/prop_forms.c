// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* TSC scaling, RAW to MONOTONIC and the pvclock form, against exact arithmetic. */
#include <hostclock/pvclock.h>
#include <hostclock/raw_mono.h>
#include <hostclock/tsc.h>
#include <inttypes.h>
#include <string.h>

#include "prop.h"

static bool check_tsc_guest(struct prop_case *c)
{
	struct hostclock_tsc t = { prop_wide(c), prop_u64(c), prop_below(c, 64) };
	u64 host = prop_wide(c);
	u64 want = (u64)((u128)host * t.ratio >> t.frac_bits) + t.offset;

	if (hostclock_tsc_to_guest(&t, host) != want)
		return prop_fail(c, "%#" PRIx64 " * %#" PRIx64 " >> %u", host, t.ratio,
				 t.frac_bits);
	return true;
}

static bool check_tsc_ratio(struct prop_case *c)
{
	u64 guest = prop_wide(c), host = prop_wide(c);
	u32 bits = prop_below(c, 64);
	u64 got = hostclock_tsc_ratio(guest, host, bits);
	u128 want = host ? ((u128)guest << bits) / host : ~(u128)0;

	if (got != (want >> 64 ? ~0ULL : (u64)want))
		return prop_fail(c, "%" PRIu64 " / %" PRIu64 ", %u bits", guest, host, bits);
	return true;
}

/* The way back gives the first host value that the guest sees as that or more. */
static bool check_tsc_host(struct prop_case *c)
{
	struct hostclock_tsc t = {
		.ratio = 1 + prop_wide_below(c, ~0ULL),
		.offset = prop_u64(c),
		.frac_bits = prop_below(c, 64),
	};
	u64 scaled = prop_wide(c), host;
	bool ok = hostclock_tsc_to_host(&t, scaled + t.offset, &host);
	u128 max = (u128)~0ULL * t.ratio >> t.frac_bits;

	if (ok != (max >= scaled))
		return prop_fail(c, "%#" PRIx64 " by %#" PRIx64 " >> %u: %d", scaled,
				 t.ratio, t.frac_bits, ok);
	if (!ok)
		return host == ~0ULL || prop_fail(c, "stored %#" PRIx64, host);
	if ((u128)host * t.ratio >> t.frac_bits < scaled)
		return prop_fail(c, "%#" PRIx64 ": host %#" PRIx64 " is too early", scaled, host);
	if (host && (u128)(host - 1) * t.ratio >> t.frac_bits >= scaled)
		return prop_fail(c, "%#" PRIx64 ": host %#" PRIx64 " is not the first", scaled,
				 host);
	return true;
}

/* Not scaled up, host to guest and back is within what the guest cannot tell. */
static bool check_tsc_round(struct prop_case *c)
{
	bool amd = prop_below(c, 2);
	u32 bits = amd ? HOSTCLOCK_TSC_FRAC_BITS_SVM : HOSTCLOCK_TSC_FRAC_BITS_VMX;
	u64 guest_hz = 500000000 + prop_below(c, 5000000000ULL);
	u64 host_hz = 500000000 + prop_below(c, 5000000000ULL);
	struct hostclock_tsc t = {
		hostclock_tsc_ratio(guest_hz, host_hz, bits), prop_u64(c), bits
	};
	u64 host = prop_wide_below(c, 1ULL << 58), back, again;
	u64 guest = hostclock_tsc_to_guest(&t, host);

	if (!hostclock_tsc_to_host(&t, guest, &back) || back > host)
		return prop_fail(c, "host %#" PRIx64 " came back as %#" PRIx64, host, back);
	again = hostclock_tsc_to_guest(&t, back);
	if (again != guest)
		return prop_fail(c, "guest %#" PRIx64 " came back as %#" PRIx64, guest, again);
	return true;
}

static void any_relation(struct prop_case *c, struct hostclock_raw_mono *rm)
{
	struct hostclock_clock_page cp;

	prop_page(c, &cp);
	hostclock_raw_mono_of(hostclock_newest(&cp, le32toh(cp.seq)), rm);
}

/* to + floor or ceil((ns - from) * num / den), if within 63 bits. */
static bool follow(u64 ns, u64 from, u64 to, u32 num, u32 den, bool up, u64 *result)
{
	s128 product = ((s128)ns - from) * num;
	s128 moved = product / den;

	if (product % den && product > 0 && up)
		moved++;
	if (product % den && product < 0 && !up)
		moved--;
	moved += to;
	*result = moved;
	return moved >= 0 && moved <= INT64_MAX;
}

static bool check_raw_mono(struct prop_case *c)
{
	enum hostclock_rounding rounding = prop_below(c, 2);
	struct hostclock_raw_mono rm;
	u64 ns, got, want;
	bool ok;

	any_relation(c, &rm);
	ns = prop_below(c, 2) ? prop_wide(c) : rm.raw_ns + prop_swide(c);
	ok = hostclock_raw_to_mono(&rm, ns, rounding, &got);
	if (ok != follow(ns, rm.raw_ns, rm.mono_ns, rm.mult_m, rm.mult_r, rounding, &want) ||
	    (ok && got != want))
		return prop_fail(c, "RAW %" PRIu64 " is MONOTONIC %" PRIu64 ", not %" PRIu64,
				 ns, want, got);
	ok = hostclock_mono_to_raw(&rm, ns, rounding, &got);
	if (ok != follow(ns, rm.mono_ns, rm.raw_ns, rm.mult_r, rm.mult_m, rounding, &want) ||
	    (ok && got != want))
		return prop_fail(c, "MONOTONIC %" PRIu64 " is RAW %" PRIu64 ", not %" PRIu64,
				 ns, want, got);
	return true;
}

/* There and back with deadline rounding: not early, late by 3 ns at most. */
static bool check_raw_mono_round(struct prop_case *c)
{
	struct hostclock_raw_mono rm;
	u64 ns, mono, back;

	any_relation(c, &rm);
	ns = prop_wide_below(c, 1ULL << 62);
	if (!hostclock_raw_to_mono(&rm, ns, HOSTCLOCK_ROUND_UP, &mono) ||
	    !hostclock_mono_to_raw(&rm, mono, HOSTCLOCK_ROUND_UP, &back))
		return true;
	/* up to 1 ns of MONOTONIC, 9/7 ns of RAW, and 1 ns again */
	if (back < ns || back - ns > 3)
		return prop_fail(c, "RAW %" PRIu64 " came back as %" PRIu64, ns, back);
	return true;
}

/*
 * Deadlines met under another rate: after some of the way mult_m changes by up to
 * slew either way. Not early, and not later than the slew, twice, explains.
 */
static bool check_raw_mono_slew(struct prop_case *c)
{
	u64 slew = prop_wide_below(c, 200000000), mult;
	struct hostclock_raw_mono rm, then;
	u64 ahead, part, raw, mono, late;
	s128 real;

	any_relation(c, &rm);
	ahead = prop_wide_below(c, 1ULL << 50);
	part = prop_below(c, ahead + 1);
	if (!hostclock_raw_deadline_mono(&rm, rm.raw_ns + ahead, slew, &mono))
		return true;
	mult = rm.mult_m * slew / 1000000000;
	mult = rm.mult_m - mult + prop_below(c, 2 * mult + 1);
	then = rm;
	then.mult_m = mult > ~0U ? ~0U : mult;
	then.raw_ns = rm.raw_ns + part;
	then.mono_ns = rm.mono_ns + (u64)((u128)part * rm.mult_m / rm.mult_r);
	/* when MONOTONIC gets there, RAW is */
	real = ((s128)mono - then.mono_ns) * then.mult_r / then.mult_m + then.raw_ns;
	if (real < (s128)(rm.raw_ns + ahead))
		return prop_fail(c, "early by %" PRIu64, (u64)(rm.raw_ns + ahead - real));
	late = (u128)ahead * 2 * slew / (1000000000 - slew) * 1000000000 /
	       (1000000000 - slew) + 8;
	if (real > (s128)(rm.raw_ns + ahead) + late)
		return prop_fail(c, "late by %" PRIu64, (u64)(real - rm.raw_ns - ahead));
	/* and the other way round, at the rate that it was converted with */
	if (hostclock_mono_deadline_raw(&rm, rm.mono_ns + ahead, slew, &raw) &&
	    (u128)(raw - rm.raw_ns) * (1000000000 - slew) * rm.mult_m <
	    (u128)ahead * 1000000000 * rm.mult_r)
		return prop_fail(c, "RAW deadline early");
	return true;
}

static bool check_raw_mono_refused(struct prop_case *c)
{
	struct hostclock_raw_mono rm;
	u64 got;

	any_relation(c, &rm);
	switch (prop_below(c, 6)) {
	case 0:
		rm.base_m ^= 1ULL << prop_below(c, 64);
		break;
	case 1:
		rm.shift_r ^= 1U << prop_below(c, 32);
		break;
	case 2:
		rm.mult_m = 0;
		break;
	case 3:
		rm.mult_r = 0;
		break;
	case 4:
		rm.mono_ns |= 1ULL << 63;
		break;
	default:
		rm.raw_ns |= 1ULL << 63;
	}
	if (hostclock_raw_to_mono(&rm, rm.raw_ns, HOSTCLOCK_ROUND_DOWN, &got) ||
	    hostclock_mono_to_raw(&rm, rm.mono_ns, HOSTCLOCK_ROUND_DOWN, &got))
		return prop_fail(c, "not refused");
	return true;
}

/* Ours as a pvclock: behind by 0 or 1 ns as long as 64 bits hold the shift. */
static bool check_to_pvclock(struct prop_case *c)
{
	const struct hostclock_params *p;
	struct hostclock_clock_page cp;
	struct hostclock_pvclock pv;
	u128 ours, theirs;
	u64 delta;

	prop_page(c, &cp);
	p = hostclock_newest(&cp, le32toh(cp.seq));
	if (!hostclock_to_pvclock(p, &pv))
		return prop_fail(c, "refused");
	delta = prop_wide_below(c, 1ULL << 50);
	ours = prop_ns(p, HOSTCLOCK_MONO, delta);
	theirs = hostclock_pvclock_ns(&pv, le64toh(p->cycle_last) + delta);
	if (pv.tsc_shift < 0)
		return prop_fail(c, "a right shift, %d", pv.tsc_shift);
	if (ours - theirs > 1)
		return prop_fail(c, "%" PRIu64 " ns off at delta %" PRIu64,
				 (u64)(ours - theirs), delta);
	return true;
}

static bool check_pvclock_ns(struct prop_case *c)
{
	struct hostclock_pvclock pv = {
		.tsc_timestamp = prop_u64(c),
		.system_time = prop_wide(c),
		.tsc_to_system_mul = prop_wide(c),
		.tsc_shift = (int)prop_below(c, 63) - 31,
	};
	u64 delta = prop_wide(c), shifted;

	shifted = pv.tsc_shift < 0 ? delta >> -pv.tsc_shift : delta << pv.tsc_shift;
	if (hostclock_pvclock_ns(&pv, pv.tsc_timestamp + delta) !=
	    (u64)(pv.system_time + ((u128)shifted * pv.tsc_to_system_mul >> 32)))
		return prop_fail(c, "delta %#" PRIx64 " shift %d", delta, pv.tsc_shift);
	return true;
}

/* A pvclock as ours: the exact line, less what shift 31 cannot hold of mult. */
static bool check_from_pvclock(struct prop_case *c)
{
	struct hostclock_pvclock pv = {
		.tsc_timestamp = prop_u64(c),
		.system_time = prop_wide(c),
		.tsc_to_system_mul = prop_wide(c),
		.tsc_shift = (int)prop_below(c, 71) - 35,
	};
	int down = 1 - pv.tsc_shift;	/* bits of mult below shift 31 */
	struct hostclock_params p;
	bool ok, want;
	u64 delta;
	u128 sum;

	memset(&p, 0, sizeof(p));
	ok = hostclock_from_pvclock(&pv, &p);
	want = pv.tsc_shift >= -31 && pv.tsc_shift <= 31 &&
	       (u64)pv.tsc_to_system_mul >> (down > 0 ? down : 0);
	if (ok != want)
		return prop_fail(c, "mul %#x shift %d: %d", pv.tsc_to_system_mul,
				 pv.tsc_shift, ok);
	if (!ok)
		return p.mult ? prop_fail(c, "stored") : true;
	delta = prop_wide_below(c, 1ULL << 32);
	/* exact in units of 2^-32 * 2^-31 ns, with the shift applied to the product */
	sum = (u128)delta * pv.tsc_to_system_mul;
	sum = pv.tsc_shift >= 0 ? sum >> (32 - pv.tsc_shift) : sum >> 32 >> -pv.tsc_shift;
	sum += pv.system_time;
	/* delta * 2^-31 ns behind, delta below 2^32, and rounding */
	if (sum - prop_ns(&p, HOSTCLOCK_MONO, delta) > (delta >> 31) + 1)
		return prop_fail(c, "delta %" PRIu64 " mul %#x shift %d", delta,
				 pv.tsc_to_system_mul, pv.tsc_shift);
	return true;
}

/* What is out of range is refused, and nothing stored. */
static bool check_forms_refused(struct prop_case *c)
{
	struct hostclock_pvclock pv = { .tsc_shift = 99 };
	struct hostclock_clock_page cp;
	struct hostclock_raw_mono rm;
	struct hostclock_params *p;
	u64 ns;

	prop_page(c, &cp);
	p = &cp.params[(le32toh(cp.seq) >> 1) & 1];
	hostclock_raw_mono_of(p, &rm);
	if (hostclock_raw_deadline_mono(&rm, rm.raw_ns + 5,
					1000000000 + prop_below(c, 3000000000), &ns))
		return prop_fail(c, "a slew of 100 %% and more");
	rm.raw_ns = 0;
	rm.mono_ns = prop_wide_below(c, 1ULL << 60);
	/* 2^62 ns more, MONOTONIC 7/9 as fast or more, a third of it and less */
	if (hostclock_raw_deadline_mono(&rm, 1ULL << 62, 700000000 + prop_below(c, 299999999), &ns))
		return prop_fail(c, "a deadline beyond 2^63 ns");
	switch (prop_below(c, 3)) {
	case 0:
		p->mult = 0;
		break;
	case 1:
		p->shift = 0;
		break;
	default:
		p->shift = htole32(32 + prop_below(c, 1000));
	}
	if (hostclock_to_pvclock(p, &pv) || pv.tsc_shift != 99)
		return prop_fail(c, "mult %u shift %u", le32toh(p->mult), le32toh(p->shift));
	return true;
}

const struct property forms_properties[] = {
	{ "forms-refused", check_forms_refused },
	{ "tsc-to-guest", check_tsc_guest },
	{ "tsc-ratio", check_tsc_ratio },
	{ "tsc-to-host", check_tsc_host },
	{ "tsc-round-trip", check_tsc_round },
	{ "raw-mono", check_raw_mono },
	{ "raw-mono-round-trip", check_raw_mono_round },
	{ "raw-mono-slew", check_raw_mono_slew },
	{ "raw-mono-refused", check_raw_mono_refused },
	{ "to-pvclock", check_to_pvclock },
	{ "pvclock-ns", check_pvclock_ns },
	{ "from-pvclock", check_from_pvclock },
	{ NULL, NULL }
};
