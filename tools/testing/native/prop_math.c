// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The 128-bit slow path and the scaling, against the compiler's 128 bits. */
#include <hostclock/mult_shift.h>
#include <hostclock/math.h>
#include <inttypes.h>

#include "prop.h"

static u128 wide(struct hostclock_u128 a)
{
	return (u128)a.hi << 64 | a.lo;
}

static struct hostclock_u128 narrow(u128 a)
{
	return (struct hostclock_u128){ .hi = a >> 64, .lo = a };
}

static u128 any_u128(struct prop_case *c)
{
	u64 hi = prop_wide(c);

	return (u128)hi << 64 | prop_wide(c);
}

static bool check_mul(struct prop_case *c)
{
	u64 a = prop_wide(c), b = prop_wide(c);

	if (wide(hostclock_mul(a, b)) != (u128)a * b)
		return prop_fail(c, "%#" PRIx64 " * %#" PRIx64, a, b);
	return true;
}

static bool check_add(struct prop_case *c)
{
	u128 a = any_u128(c), b = any_u128(c);
	u128 want = a + b < a ? ~(u128)0 : a + b;

	if (wide(hostclock_add(narrow(a), narrow(b))) != want)
		return prop_fail(c, "hi %#" PRIx64 " + hi %#" PRIx64,
				 (u64)(a >> 64), (u64)(b >> 64));
	return true;
}

static bool check_shift(struct prop_case *c)
{
	u128 a = any_u128(c);
	u32 bits = prop_below(c, 128);

	if (wide(hostclock_shl(narrow(a), bits)) != a << bits)
		return prop_fail(c, "hi %#" PRIx64 " << %u", (u64)(a >> 64), bits);
	if (wide(hostclock_shr(narrow(a), bits)) != a >> bits)
		return prop_fail(c, "hi %#" PRIx64 " >> %u", (u64)(a >> 64), bits);
	if (hostclock_low(narrow(a)) != (a >> 64 ? ~0ULL : (u64)a))
		return prop_fail(c, "low of hi %#" PRIx64, (u64)(a >> 64));
	return true;
}

static bool check_saturate(struct prop_case *c)
{
	u64 a = prop_wide(c), b = prop_wide(c);
	s64 x = prop_swide(c), y = prop_swide(c);
	s128 sum = (s128)x + y;

	if (hostclock_add_sat(a, b) != (((u128)a + b) >> 64 ? ~0ULL : a + b))
		return prop_fail(c, "%#" PRIx64 " + %#" PRIx64, a, b);
	if (sum > INT64_MAX)
		sum = INT64_MAX;
	if (sum < INT64_MIN)
		sum = INT64_MIN;
	if (hostclock_sadd_sat(x, y) != (s64)sum)
		return prop_fail(c, "%" PRId64 " + %" PRId64, x, y);
	return true;
}

static u64 clamp64(u128 x)
{
	return x >> 64 ? ~0ULL : (u64)x;
}

static bool check_div(struct prop_case *c)
{
	u64 d = prop_wide(c), rem, got;
	u128 n = any_u128(c);

	/* half of the cases have a quotient that fits */
	if (d && prop_u64(c) & 1)
		n %= (u128)d << 64;
	d = d ? d : 1;
	got = hostclock_div(narrow(n), d, &rem);
	if (got != clamp64(n / d) || rem != (n / d >> 64 ? 0 : (u64)(n % d)))
		return prop_fail(c, "hi %#" PRIx64 " lo %#" PRIx64 " / %#" PRIx64,
				 (u64)(n >> 64), (u64)n, d);
	if (hostclock_div(narrow(n), d, NULL) != got)
		return prop_fail(c, "without the remainder");
	if (hostclock_div_up(narrow(n), d) != clamp64(n / d + !!(n % d)))
		return prop_fail(c, "rounded up: lo %#" PRIx64 " / %#" PRIx64,
				 (u64)n, d);
	if (hostclock_div_near(narrow(n), d) !=
	    clamp64(n / d + (n % d >= d - n % d)))
		return prop_fail(c, "to nearest: lo %#" PRIx64 " / %#" PRIx64,
				 (u64)n, d);
	return true;
}

static bool check_div_zero(struct prop_case *c)
{
	struct hostclock_u128 n = narrow(any_u128(c));
	u64 rem;

	if (hostclock_div(n, 0, &rem) != ~0ULL || rem ||
	    hostclock_div_up(n, 0) != ~0ULL || hostclock_div_near(n, 0) != ~0ULL)
		return prop_fail(c, "hi %#" PRIx64 " / 0", n.hi);
	return true;
}

static bool check_scale_wide(struct prop_case *c)
{
	u64 delta = prop_wide(c), base = prop_wide(c);
	u32 shift = prop_below(c, 32);
	u32 mult = prop_wide(c);
	u64 want = prop_clamp(prop_scale(delta, mult, base, shift));
	u64 got = hostclock_scale_wide(delta, mult, base, shift);

	if (got != want)
		return prop_fail(c, "(%#" PRIx64 " * %#x + %#" PRIx64 ") >> %u: %#" PRIx64
				 ", not %#" PRIx64, delta, mult, base, shift, got, want);
	return true;
}

static bool check_scale(struct prop_case *c)
{
	u32 shift = 1 + prop_below(c, 31);
	u64 base = prop_wide_below(c, 1000000000ULL << shift);
	u32 mult = 1 + prop_below(c, ~0U);
	u64 max = hostclock_max_cycles(mult, base);
	u64 delta = prop_u64(c) & 1 ? prop_wide(c) : max + prop_below(c, 3) - 1;
	u64 got = hostclock_scale(delta, max, mult, base, shift);

	if ((u128)max * mult + base > ~0ULL ||
	    (max != ~0ULL && (u128)(max + 1) * mult + base <= ~0ULL))
		return prop_fail(c, "max_cycles of mult %#x base %#" PRIx64, mult, base);
	if (got != prop_clamp(prop_scale(delta, mult, base, shift)))
		return prop_fail(c, "(%#" PRIx64 " * %#x + %#" PRIx64 ") >> %u",
				 delta, mult, base, shift);
	return true;
}

static bool check_mult_shift(struct prop_case *c)
{
	u64 hz = HOSTCLOCK_MIN_HZ - 1 + prop_wide_below(c, HOSTCLOCK_MAX_HZ -
							HOSTCLOCK_MIN_HZ + 3);
	u64 horizon = prop_wide_below(c, 1ULL << 63);
	u32 mult = 0, shift = 0;
	bool ok = hostclock_calc_mult_shift(hz, horizon, &mult, &shift);
	s128 off;

	if (!ok) {
		/* the least shift with mult 1024 or more would have done */
		for (shift = 1; shift < 31 && ((s128)2000000000 << shift) / (hz | 1) < 2047; )
			shift++;
		if (hz >= HOSTCLOCK_MIN_HZ && hz <= HOSTCLOCK_MAX_HZ &&
		    horizon <= ((u128)1 << 64 >> (shift + 1)) - 1000000000)
			return prop_fail(c, "none for %" PRIu64 " Hz", hz);
		shift = 0;
		return mult || shift ? prop_fail(c, "stored nonetheless") : true;
	}
	if (hz < HOSTCLOCK_MIN_HZ || hz > HOSTCLOCK_MAX_HZ || !shift ||
	    shift > 31 || mult > HOSTCLOCK_MULT_MAX || mult < HOSTCLOCK_MULT_MIN)
		return prop_fail(c, "%" PRIu64 " Hz: mult %u shift %u", hz, mult, shift);
	/* to nearest: |mult * hz - (10^9 << shift)| <= hz / 2 */
	off = (s128)mult * hz - ((s128)1000000000 << shift);
	if (2 * (off < 0 ? -off : off) > (s128)hz)
		return prop_fail(c, "%" PRIu64 " Hz: mult %u is not nearest", hz, mult);
	if (((u128)1 << 64 >> shift) - 1000000000 < horizon)
		return prop_fail(c, "horizon of shift %u", shift);
	/* no finer shift would have done */
	if (shift < 31 && ((s128)2000000000 << shift) / hz <= HOSTCLOCK_MULT_MAX - 1 &&
	    ((u128)1 << 63 >> shift) - 1000000000 >= horizon)
		return prop_fail(c, "shift %u could be greater", shift);
	return true;
}

static bool check_mult_of(struct prop_case *c)
{
	u64 ns = prop_wide(c), cycles = prop_wide(c);
	u32 shift = prop_below(c, 34);
	u32 got = hostclock_mult_of(ns, cycles, shift);
	u128 want;

	if (!cycles || shift > 31)
		return got ? prop_fail(c, "out of range gives %u", got) : true;
	want = (((u128)ns << (shift + 1)) / cycles + 1) / 2;
	if (got != (want >> 32 ? 0 : want))
		return prop_fail(c, "%" PRIu64 " << %u / %" PRIu64, ns, shift, cycles);
	return true;
}

const struct property math_properties[] = {
	{ "mul", check_mul },
	{ "add", check_add },
	{ "shift", check_shift },
	{ "saturate", check_saturate },
	{ "div", check_div },
	{ "div-zero", check_div_zero },
	{ "scale-wide", check_scale_wide },
	{ "scale", check_scale },
	{ "mult and shift", check_mult_shift },
	{ "mult-of", check_mult_of },
	{ NULL, NULL }
};
