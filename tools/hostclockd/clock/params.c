// SPDX-License-Identifier: GPL-2.0
#include <hostclock/mult_shift.h>
#include <hostclock/math.h>

#include "params.h"

void params_encode(const struct params *p, struct hostclock_params *out)
{
	u64 max_cycles = hostclock_max_cycles_both(p->mult, p->mono_snsec,
						   p->raw_mult, p->raw_snsec);

	out->epoch = htole64(p->epoch);
	out->cycle_last = htole64(p->cycle_last);
	out->max_cycles = htole64(max_cycles);
	out->mult = htole32(p->mult);
	out->shift = htole32(p->shift);
	out->mono_sec = htole64(p->mono_sec);
	out->mono_snsec = htole64(p->mono_snsec);
	out->wall_offset_ns = htole64(p->realtime_offset_ns);
	out->boot_offset_ns = htole64(p->boottime_offset_ns);
	out->raw_sec = htole64(p->raw_sec);
	out->raw_snsec = htole64(p->raw_snsec);
	out->raw_mult = htole32(p->raw_mult);
	out->tai_offset_sec = htole32(p->tai_sec);
	out->maxerror_ns = htole64(p->maxerror_ns);
	out->maxerror_rate_ppb = htole32(p->maxerror_rate_ppb);
	out->status = p->status;
	out->leap_indicator = p->leap_indicator;
	out->flags = htole16(p->flags);
	out->valid_ns = htole64(p->valid_ns);
	out->leap_sec = htole64(p->leap_sec);
	out->utc_maxerror_ns = htole64(p->utc_maxerror_ns);
}

void params_decode(const struct hostclock_params *in, struct params *p)
{
	p->epoch = HOSTCLOCK_LE64(in->epoch);
	p->cycle_last = HOSTCLOCK_LE64(in->cycle_last);
	p->mult = HOSTCLOCK_LE32(in->mult);
	p->shift = HOSTCLOCK_LE32(in->shift);
	p->mono_sec = HOSTCLOCK_LE64(in->mono_sec);
	p->mono_snsec = HOSTCLOCK_LE64(in->mono_snsec);
	p->realtime_offset_ns = HOSTCLOCK_LE64(in->wall_offset_ns);
	p->boottime_offset_ns = HOSTCLOCK_LE64(in->boot_offset_ns);
	p->raw_sec = HOSTCLOCK_LE64(in->raw_sec);
	p->raw_snsec = HOSTCLOCK_LE64(in->raw_snsec);
	p->raw_mult = HOSTCLOCK_LE32(in->raw_mult);
	p->tai_sec = HOSTCLOCK_LE32(in->tai_offset_sec);
	p->maxerror_ns = HOSTCLOCK_LE64(in->maxerror_ns);
	p->maxerror_rate_ppb = HOSTCLOCK_LE32(in->maxerror_rate_ppb);
	p->status = in->status;
	p->leap_indicator = in->leap_indicator;
	p->flags = HOSTCLOCK_LE16(in->flags);
	p->valid_ns = HOSTCLOCK_LE64(in->valid_ns);
	p->leap_sec = HOSTCLOCK_LE64(in->leap_sec);
	p->utc_maxerror_ns = HOSTCLOCK_LE64(in->utc_maxerror_ns);
}

/*
 * Advance one clock by @delta counts without rounding: the fraction of a nanosecond
 * in the shifted ns is kept.
 */
static void advance(u64 *sec, u64 *snsec, u64 delta, u32 mult, u32 shift)
{
	struct hostclock_u128 base = { .lo = *snsec }, sum;
	u64 ns;

	sum = hostclock_add(hostclock_mul(delta, mult), base);
	ns = hostclock_low(hostclock_shr(sum, shift));
	*sec += ns / HOSTCLOCK_NSEC_PER_SEC;
	*snsec = ns % HOSTCLOCK_NSEC_PER_SEC << shift |
		 (sum.lo & ((1ULL << shift) - 1));
}

/* Move the start to a later counter value without changing the clocks there. */
void params_advance(struct params *p, u64 counter)
{
	u64 delta = counter - p->cycle_last;

	advance(&p->mono_sec, &p->mono_snsec, delta, p->mult, p->shift);
	advance(&p->raw_sec, &p->raw_snsec, delta, p->raw_mult, p->shift);
	p->cycle_last = counter;
}

/* Start at the given values. */
void params_rebase(struct params *p, u64 counter, u64 mono_ns, u64 raw_ns)
{
	p->cycle_last = counter;
	p->mono_sec = mono_ns / HOSTCLOCK_NSEC_PER_SEC;
	p->mono_snsec = mono_ns % HOSTCLOCK_NSEC_PER_SEC << p->shift;
	p->raw_sec = raw_ns / HOSTCLOCK_NSEC_PER_SEC;
	p->raw_snsec = raw_ns % HOSTCLOCK_NSEC_PER_SEC << p->shift;
}

/* A clock at a counter value, which may be before cycle_last. */
static u64 value(u64 sec, u64 snsec, s64 delta, u32 mult, u32 shift)
{
	u64 before = 0;

	if (delta < 0) {
		before = hostclock_low(hostclock_shr(hostclock_mul(-(u64)delta,
								   mult),
						     shift));
		delta = 0;
	}
	advance(&sec, &snsec, delta, mult, shift);
	return sec * HOSTCLOCK_NSEC_PER_SEC + (snsec >> shift) - before;
}

u64 params_mono(const struct params *p, u64 counter)
{
	return value(p->mono_sec, p->mono_snsec, counter - p->cycle_last,
		     p->mult, p->shift);
}

u64 params_raw(const struct params *p, u64 counter)
{
	return value(p->raw_sec, p->raw_snsec, counter - p->cycle_last,
		     p->raw_mult, p->shift);
}

/* Can both belong to one epoch?  The ABI header says what must be equal. */
bool params_same_epoch(const struct params *a, const struct params *b)
{
	return a->realtime_offset_ns == b->realtime_offset_ns &&
	       a->boottime_offset_ns == b->boottime_offset_ns &&
	       a->tai_sec == b->tai_sec &&
	       !((a->flags ^ b->flags) & HOSTCLOCK_PARAMS_TAI_VALID);
}
