// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/mult_shift.h>
#include <hostclock/export.h>
#include <hostclock/vmclock.h>

static u32 hostclock_bits(u32 x)
{
	u32 bits = 0;

	for (; x; x >>= 1)
		bits++;
	return bits;
}

/*
 * mult / (2^shift * 10^9) in units of 2^-(64 + period_shift), with the largest
 * period_shift for which that fits 64 bits.
 */
static bool hostclock_period(u32 mult, u32 shift, u64 *period, u8 *period_shift)
{
	/* mult << up is 2^93 to 2^94; by 10^9 that is 0.54 to 1.08 times 2^64 */
	u32 up = 94 - hostclock_bits(mult);
	struct hostclock_u128 n = { .lo = mult };

	*period = hostclock_div_near(hostclock_shl(n, up), HOSTCLOCK_NSEC_PER_SEC);
	if (*period == ~0ULL)
		*period = hostclock_div_near(hostclock_shl(n, --up),
					     HOSTCLOCK_NSEC_PER_SEC);
	if (up + shift < 64)
		return false;
	*period_shift = up + shift - 64;
	return true;
}

/* The set's TAI (or UTC) at cycle_last. */
static bool hostclock_to_vmclock_time(const struct hostclock_params *p,
				      bool tai, struct hostclock_vmclock *vc)
{
	u64 snsec = HOSTCLOCK_LE64(p->mono_snsec);
	u32 shift = HOSTCLOCK_LE32(p->shift);
	struct hostclock_u128 sub = { .hi = 0 };
	struct hostclock_time t;

	t.sec = HOSTCLOCK_LE64(p->mono_sec);
	t.nsec = snsec >> shift;
	t = hostclock_time_add(t, HOSTCLOCK_LE64(p->wall_offset_ns));
	if (tai)
		t.sec += (s32)HOSTCLOCK_LE32(p->tai_offset_sec);
	if (t.sec < 0)
		return false;
	/* shifted ns, below 2^61; as 2^-64 ns below 2^94; by 10^9 below 2^64 */
	sub.lo = (u64)t.nsec << shift | (snsec & ((1ULL << shift) - 1));
	vc->time_sec = htole64(t.sec);
	vc->time_frac_sec = htole64(hostclock_div(hostclock_shl(sub, 64 - shift),
						  HOSTCLOCK_NSEC_PER_SEC, NULL));
	return true;
}

/* Error fields; what a set does not know is left invalid. */
static u64 hostclock_to_vmclock_errors(const struct hostclock_params *p, u64 period,
				       struct hostclock_vmclock *vc)
{
	u64 max = hostclock_add_sat(HOSTCLOCK_LE64(p->maxerror_ns),
				    HOSTCLOCK_LE64(p->utc_maxerror_ns));
	u64 rate = hostclock_error_growth(period,
					  HOSTCLOCK_LE32(p->maxerror_rate_ppb));

	vc->counter_period_esterror_rate_frac_sec = 0;
	vc->time_esterror_nanosec = 0;
	vc->counter_period_maxerror_rate_frac_sec = 0;
	vc->time_maxerror_nanosec = 0;
	if (max == ~0ULL || rate == ~0ULL)
		return 0;
	vc->counter_period_maxerror_rate_frac_sec = htole64(rate);
	vc->time_maxerror_nanosec = htole64(max);
	return HOSTCLOCK_VMCLOCK_PERIOD_MAXERROR_VALID |
	       HOSTCLOCK_VMCLOCK_TIME_MAXERROR_VALID;
}

/**
 * hostclock_to_vmclock - a parameter set's TAI as a vmclock
 * @p: a validated set of a strict page: a smeared one's TAI is off while it smears
 * @tsc_offset: guest TSC - the page's counter, modulo 2^64
 * @vc: where to put counter_value, the period, the time and its type, TAI offset,
 *	errors, status, leap indicator and the flags that go with them; other
 *	fields and flags are left alone.  The caller holds its sequence count.
 *
 * The time is TAI, or UTC if the set does not know the TAI offset.  Errors are
 * against UTC (or TAI): the page's own plus what the host's kernel admits of its
 * clock, and are marked invalid if the latter is unknown.  The period is rounded to
 * nearest in its unit, a relative error below 2^-63; the time is rounded down by
 * less than 2^-64 s.
 *
 * Return: false, and @vc useless, if the period is a second or more, the TAI
 * offset does not fit 16 bits or the time is before 1970.
 */
bool hostclock_to_vmclock(const struct hostclock_params *p, u64 tsc_offset,
			  struct hostclock_vmclock *vc)
{
	bool tai = HOSTCLOCK_LE16(p->flags) & HOSTCLOCK_PARAMS_TAI_VALID;
	s32 tai_offset = tai ? (s32)HOSTCLOCK_LE32(p->tai_offset_sec) : 0;
	u32 mult = HOSTCLOCK_LE32(p->mult);
	u64 period, flags;
	u8 period_shift;

	if (!mult || tai_offset > 0x7fff || tai_offset < -0x8000 ||
	    !hostclock_period(mult, HOSTCLOCK_LE32(p->shift), &period,
			      &period_shift) ||
	    !hostclock_to_vmclock_time(p, tai, vc))
		return false;
	flags = hostclock_to_vmclock_errors(p, period, vc);
	if (tai)
		flags |= HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID;
	flags |= HOSTCLOCK_LE64(vc->flags) & ~(u64)HOSTCLOCK_VMCLOCK_FLAGS_SET;
	vc->time_type = tai ? HOSTCLOCK_VMCLOCK_TIME_TAI :
			      HOSTCLOCK_VMCLOCK_TIME_UTC;
	vc->flags = htole64(flags);
	vc->clock_status = p->status;
	vc->leap_indicator = p->leap_indicator;
	vc->tai_offset_sec = htole16(tai_offset);
	vc->counter_period_shift = period_shift;
	vc->counter_value = htole64(HOSTCLOCK_LE64(p->cycle_last) + tsc_offset);
	vc->counter_period_frac_sec = htole64(period);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_to_vmclock);

/* An error after delta counts: at the start, plus growth, rounded up, in ns. */
static u64 hostclock_vmclock_error(__le64 start, u64 rate, u32 shift, u64 delta)
{
	const struct hostclock_u128 one = { .lo = 1 };
	u64 start_ns = HOSTCLOCK_LE64(start);
	struct hostclock_u128 frac;
	u64 sec_ns;

	if (!rate || !delta)
		return start_ns;
	frac = hostclock_add(hostclock_shr(hostclock_mul(delta, rate), shift), one);
	sec_ns = hostclock_low(hostclock_mul(frac.hi, HOSTCLOCK_NSEC_PER_SEC));
	/* the fraction in ns, rounded up; below 10^9 + 1 */
	frac = hostclock_mul(frac.lo, HOSTCLOCK_NSEC_PER_SEC);
	return hostclock_add_sat(hostclock_add_sat(start_ns, sec_ns), frac.hi + 1);
}

/* sec and frac as UTC and TAI, as far as the structure tells. */
static void hostclock_vmclock_scales(const struct hostclock_vmclock *vc,
				     struct hostclock_vmtime *time)
{
	bool offset_valid = HOSTCLOCK_LE64(vc->flags) &
			    HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID;
	s64 offset = offset_valid ? (s16)HOSTCLOCK_LE16(vc->tai_offset_sec) : 0;
	bool tai = vc->time_type == HOSTCLOCK_VMCLOCK_TIME_TAI;
	struct hostclock_time t;

	t.sec = time->sec >> 63 ? HOSTCLOCK_S64_MAX : (s64)time->sec;
	t.nsec = hostclock_mul(time->frac, HOSTCLOCK_NSEC_PER_SEC).hi;
	time->utc = t;
	time->tai = t;
	if (tai)
		time->utc.sec = hostclock_sadd_sat(t.sec, -offset);
	else
		time->tai.sec = hostclock_sadd_sat(t.sec, offset);
	time->utc_valid = !tai || offset_valid;
	time->tai_valid = tai || offset_valid;
}

/**
 * hostclock_vmclock_at - read a vmclock at a counter value
 * @vc: a private, validated copy
 * @counter: guest TSC, modulo 2^64
 * @time: where to put the reading; utc and tai are rounded down to a ns, errors
 *	  up.  Seconds saturate.
 *
 * Return: false if the counter is before the structure's (or 2^63 and more after
 * it); *time is then the structure's own.
 */
bool hostclock_vmclock_at(const struct hostclock_vmclock *vc, u64 counter,
			  struct hostclock_vmtime *time)
{
	u64 delta = counter - HOSTCLOCK_LE64(vc->counter_value);
	u32 shift = vc->counter_period_shift & 127;
	u64 flags = HOSTCLOCK_LE64(vc->flags);
	struct hostclock_u128 base, elapsed;
	bool ahead = (s64)delta >= 0;
	u64 rate;

	if (!ahead)
		delta = 0;
	base.hi = HOSTCLOCK_LE64(vc->time_sec);
	base.lo = HOSTCLOCK_LE64(vc->time_frac_sec);
	elapsed = hostclock_mul(delta, HOSTCLOCK_LE64(vc->counter_period_frac_sec));
	base = hostclock_add(base, hostclock_shr(elapsed, shift));
	time->sec = base.hi;
	time->frac = base.lo;
	hostclock_vmclock_scales(vc, time);

	time->esterror_ns = ~0ULL;
	rate = flags & HOSTCLOCK_VMCLOCK_PERIOD_ESTERROR_VALID ?
	       HOSTCLOCK_LE64(vc->counter_period_esterror_rate_frac_sec) : 0;
	if (flags & HOSTCLOCK_VMCLOCK_TIME_ESTERROR_VALID)
		time->esterror_ns = hostclock_vmclock_error(vc->time_esterror_nanosec,
							    rate, shift, delta);
	time->maxerror_ns = ~0ULL;
	rate = flags & HOSTCLOCK_VMCLOCK_PERIOD_MAXERROR_VALID ?
	       HOSTCLOCK_LE64(vc->counter_period_maxerror_rate_frac_sec) : 0;
	if (flags & HOSTCLOCK_VMCLOCK_TIME_MAXERROR_VALID)
		time->maxerror_ns = hostclock_vmclock_error(vc->time_maxerror_nanosec,
							    rate, shift, delta);
	return ahead;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_vmclock_at);

/* period * 10^9 / 2^(64 + period_shift) ns per count, as mult of that shift. */
static u64 hostclock_period_mult(u64 period, u32 period_shift, u32 shift)
{
	/* below 2^94 */
	struct hostclock_u128 n = hostclock_mul(period, HOSTCLOCK_NSEC_PER_SEC);
	struct hostclock_u128 half = { .lo = 1 };
	u32 down = 64 + period_shift - shift;

	if (down > 127)
		return 0;
	half = hostclock_shl(half, down - 1);
	return hostclock_low(hostclock_shr(hostclock_add(n, half), down));
}

/* Rate, bases and errors; the shift is the largest that mult allows. */
static void hostclock_from_vmclock_fields(const struct hostclock_vmclock *vc,
					  u32 mult, u32 shift, s64 offset,
					  struct hostclock_params *p)
{
	u64 max_rate = HOSTCLOCK_LE64(vc->counter_period_maxerror_rate_frac_sec);
	u64 period = HOSTCLOCK_LE64(vc->counter_period_frac_sec);
	u64 snsec = hostclock_mul(HOSTCLOCK_LE64(vc->time_frac_sec),
				  HOSTCLOCK_NSEC_PER_SEC << shift).hi;
	u64 flags = HOSTCLOCK_LE64(vc->flags);
	u64 ppb = hostclock_div_up(hostclock_mul(max_rate, HOSTCLOCK_NSEC_PER_SEC),
				   period);

	p->cycle_last = vc->counter_value;
	p->max_cycles = htole64(hostclock_max_cycles(mult, snsec));
	p->mult = htole32(mult);
	p->raw_mult = p->mult;
	p->shift = htole32(shift);
	p->mono_sec = vc->time_sec;
	p->raw_sec = vc->time_sec;
	p->mono_snsec = htole64(snsec);
	p->raw_snsec = p->mono_snsec;
	p->wall_offset_ns = htole64(-(u64)offset * HOSTCLOCK_NSEC_PER_SEC);
	p->boot_offset_ns = 0;
	p->maxerror_ns = flags & HOSTCLOCK_VMCLOCK_TIME_MAXERROR_VALID ?
			 vc->time_maxerror_nanosec : htole64(~0ULL);
	if (!(flags & HOSTCLOCK_VMCLOCK_PERIOD_MAXERROR_VALID))
		ppb = 0;
	p->maxerror_rate_ppb = htole32(ppb >> 32 ? ~0U : (u32)ppb);
	p->status = vc->clock_status;
	p->leap_indicator = vc->leap_indicator;
}

/**
 * hostclock_from_vmclock - a vmclock as a parameter set
 * @vc: a private, validated copy
 * @p: where to put it; epoch, valid_ns, leap_sec and utc_maxerror_ns are left
 *     alone
 *
 * MONOTONIC becomes the vmclock's own time, RAW and BOOTTIME the same, and
 * wall_offset_ns makes REALTIME of it.  mult is rounded to nearest at the finest
 * shift: its relative error is at most 1 / (2 * mult), below 2.4 ppb at 100 ps to
 * 1 us per count.  The base is rounded down to shifted ns.
 *
 * Return: false, and nothing stored, if the period is outside what 1 to 31 bits of
 * shift can say, or the time is TAI without an offset, so that REALTIME is unknown.
 */
bool hostclock_from_vmclock(const struct hostclock_vmclock *vc,
			    struct hostclock_params *p)
{
	bool tai = vc->time_type == HOSTCLOCK_VMCLOCK_TIME_TAI;
	bool offset_valid = HOSTCLOCK_LE64(vc->flags) &
			    HOSTCLOCK_VMCLOCK_TAI_OFFSET_VALID;
	s64 offset = offset_valid ? (s16)HOSTCLOCK_LE16(vc->tai_offset_sec) : 0;
	u32 shift;
	u64 mult;

	if (tai && !offset_valid)
		return false;
	for (shift = HOSTCLOCK_MAX_SHIFT; shift; shift--) {
		mult = hostclock_period_mult(HOSTCLOCK_LE64(vc->counter_period_frac_sec),
					     vc->counter_period_shift & 127,
					     shift);
		if (mult <= HOSTCLOCK_MULT_MAX)
			break;
	}
	if (!shift || !mult)
		return false;
	hostclock_from_vmclock_fields(vc, mult, shift, tai ? offset : 0, p);
	p->tai_offset_sec = htole32((s32)offset);
	p->flags = htole16(offset_valid ? HOSTCLOCK_PARAMS_TAI_VALID : 0);
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_from_vmclock);
