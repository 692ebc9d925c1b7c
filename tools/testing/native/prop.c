// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/mult_shift.h>
#include <hostclock/validate.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prop.h"

bool prop_fail(struct prop_case *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, args);
	va_end(args);
	return false;
}

/* SplitMix64: any state is a good one, so a case's number can seed it. */
u64 prop_u64(struct prop_case *c)
{
	u64 z = c->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u64 prop_below(struct prop_case *c, u64 end)
{
	return (u64)((u128)prop_u64(c) * end >> 64);
}

u64 prop_wide(struct prop_case *c)
{
	u64 choice = prop_below(c, 8 * 65);
	u64 bits = choice / 8;
	u64 top = bits < 64 ? 1ULL << bits : 0;

	switch (choice % 8) {
	case 0:
		return top;
	case 1:
		return top - 1;
	case 2:
		return top + 1;
	default:
		return bits ? prop_u64(c) >> (64 - bits) : 0;
	}
}

u64 prop_wide_below(struct prop_case *c, u64 end)
{
	u64 x = prop_wide(c);

	if (x < end)
		return x;
	/* an edge of the range, or somewhere in it */
	return x & 1 ? end - 1 : prop_below(c, end);
}

s64 prop_swide(struct prop_case *c)
{
	u64 x = prop_wide(c);

	return prop_u64(c) & 1 ? x : -x;
}

u128 prop_scale(u64 delta, u32 mult, u64 base, u32 shift)
{
	return ((u128)delta * mult + base) >> shift;
}

u64 prop_clamp(u128 ns)
{
	return ns >> 63 ? ~0ULL >> 1 : (u64)ns;
}

u32 prop_mult(const struct hostclock_params *p, enum hostclock_counter which)
{
	return le32toh(which == HOSTCLOCK_RAW ? p->raw_mult : p->mult);
}

u64 prop_snsec(const struct hostclock_params *p, enum hostclock_counter which)
{
	return le64toh(which == HOSTCLOCK_RAW ? p->raw_snsec : p->mono_snsec);
}

u64 prop_sec(const struct hostclock_params *p, enum hostclock_counter which)
{
	return le64toh(which == HOSTCLOCK_RAW ? p->raw_sec : p->mono_sec);
}

u128 prop_ns(const struct hostclock_params *p, enum hostclock_counter which, u64 delta)
{
	return (u128)prop_sec(p, which) * 1000000000 +
	       prop_scale(delta, prop_mult(p, which), prop_snsec(p, which),
			  le32toh(p->shift));
}

/* mult, off by up to 1/9 down and 4/45 up: less than 1/8 and rounding. */
static u32 prop_slew(struct prop_case *c, u32 mult)
{
	u64 slewed = mult - mult / 9 + prop_below(c, mult / 5);

	return slewed >> 32 ? mult : slewed;
}

static void prop_rates(struct prop_case *c, struct hostclock_clock_page *cp,
		       struct hostclock_params *p)
{
	u64 hz = 1000000ULL << prop_below(c, 13);
	u32 mult, shift;

	hz += prop_below(c, hz + 1);
	cp->format = prop_below(c, 2);
	cp->smear = prop_below(c, 3);
	if (cp->format == HOSTCLOCK_FORMAT_SCALED)
		hz = 1000000000;
	else if (hz > HOSTCLOCK_MAX_HZ)
		hz = HOSTCLOCK_MAX_HZ;
	cp->counter_hz = htole64(hz);
	if (!hostclock_calc_mult_shift(hz, prop_wide_below(c, 1ULL << 49), &mult, &shift))
		abort();
	p->shift = htole32(shift);
	p->mult = htole32(prop_slew(c, mult));
	p->raw_mult = cp->format == HOSTCLOCK_FORMAT_SCALED ?
		      htole32(1U << shift) : htole32(prop_slew(c, mult));
	p->mono_snsec = htole64(prop_wide_below(c, 1000000000ULL << shift));
	p->raw_snsec = htole64(prop_wide_below(c, 1000000000ULL << shift));
}

void prop_page(struct prop_case *c, struct hostclock_clock_page *cp)
{
	struct hostclock_params *p;
	u64 mono, real;
	u32 seq;

	memset(cp, 0, sizeof(*cp));
	seq = prop_u64(c);
	p = &cp->params[(seq >> 1) & 1];
	cp->seq = htole32(seq);
	cp->magic = htole32(HOSTCLOCK_CLOCK_MAGIC);
	cp->version = htole16(HOSTCLOCK_VERSION);
	cp->size = htole16(sizeof(*cp));
	cp->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	prop_rates(c, cp, p);
	p->epoch = htole64(1 + prop_below(c, ~0ULL));
	p->cycle_last = htole64(prop_wide(c));
	p->max_cycles = htole64(hostclock_max_cycles_both(le32toh(p->mult),
							  le64toh(p->mono_snsec),
							  le32toh(p->raw_mult),
							  le64toh(p->raw_snsec)));
	/* a writer may be more careful than it needs to be */
	if (!prop_below(c, 4))
		p->max_cycles = htole64(prop_below(c, le64toh(p->max_cycles) + 1));
	p->mono_sec = htole64(prop_wide_below(c, 9223372036));
	p->raw_sec = htole64(prop_wide_below(c, 9223372036));
	mono = le64toh(p->mono_sec) * 1000000000ULL +
	       (le64toh(p->mono_snsec) >> le32toh(p->shift));
	real = prop_wide_below(c, HOSTCLOCK_REALTIME_MAX_SEC * 1000000000ULL);
	p->wall_offset_ns = htole64(real - mono);
	p->boot_offset_ns = htole64(prop_wide_below(c, (~0ULL >> 1) - mono));
	p->tai_offset_sec = htole32((s32)prop_below(c, 200001) - 100000);
	p->flags = htole16(prop_u64(c));
	p->maxerror_ns = htole64(prop_wide(c));
	p->maxerror_rate_ppb = htole32(prop_wide(c));
	p->status = prop_below(c, 5);
	p->leap_indicator = prop_below(c, 6);
	if (p->leap_indicator)
		p->leap_sec = htole64(prop_below(c, HOSTCLOCK_REALTIME_MAX_SEC));
	p->valid_ns = htole64(prop_wide(c));
	p->utc_maxerror_ns = htole64(prop_wide(c));
	if (hostclock_validate_clock_page_header(cp, HOSTCLOCK_COUNTER_X86_TSC) ||
	    hostclock_validate_params(cp, p))
		abort();
}
