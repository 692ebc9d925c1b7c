// SPDX-License-Identifier: GPL-2.0-only
/* Sets of a clock page: exact arithmetic, and nothing of the kernel's. */
#include <hostclock/math.h>
#include <linux/hostclock-abi.h>

#include "params.h"

/* 2^-20: what a rate may differ by before somebody is told. */
#define HCX_RATE_EVENT_SHIFT	20

static void carry(u64 *sec, u64 *snsec, u32 shift)
{
	u64 second = HOSTCLOCK_NSEC_PER_SEC << shift;

	while (*snsec >= second) {
		*snsec -= second;
		++*sec;
	}
}

/* Brings the shifted ns below a second. */
void hcx_params_carry(struct hcx_params *p)
{
	carry(&p->mono_sec, &p->mono_snsec, p->shift);
	carry(&p->raw_sec, &p->raw_snsec, p->shift);
}

/* As struct hostclock_params has it.  Rates are not 0. */
u64 hcx_params_max_cycles(const struct hcx_params *p)
{
	u64 mono = div64_u64(~0ULL - p->mono_snsec, p->mult);
	u64 raw = div64_u64(~0ULL - p->raw_snsec, p->raw_mult);

	return mono < raw ? mono : raw;
}

/**
 * hcx_params_begin_at - have the same line begin at a later counter value
 * @p: the line
 * @counter: where; if it is before cycle_last or beyond max_cycles, nothing changes
 *
 * Exact: no bit is shifted out, so the line is the same to the last bit.
 */
void hcx_params_begin_at(struct hcx_params *p, u64 counter)
{
	u64 delta = counter - p->cycle_last;

	if ((s64)delta <= 0 || delta > hcx_params_max_cycles(p))
		return;
	p->cycle_last = counter;
	p->mono_snsec += delta * p->mult;
	p->raw_snsec += delta * p->raw_mult;
	hcx_params_carry(p);
}

/* May both be of one epoch? */
bool hcx_params_same_offsets(const struct hcx_params *a, const struct hcx_params *b)
{
	return a->wall_ns == b->wall_ns && a->boot_ns == b->boot_ns &&
	       a->tai_sec == b->tai_sec;
}

/* Do two rates (of one shift) differ by 1 ppm or more? */
bool hcx_params_rates_differ(u32 a, u32 b)
{
	u32 apart = a > b ? a - b : b - a;

	return apart > a >> HCX_RATE_EVENT_SHIFT;
}

/* Whole ns of a clock, modulo 2^64. */
static u64 ns_at(u64 sec, u64 snsec, u64 delta, u32 mult, u32 shift)
{
	return sec * HOSTCLOCK_NSEC_PER_SEC + ((delta * mult + snsec) >> shift);
}

/**
 * hcx_params_ahead - is one line ahead of another one, in either clock?
 * @a: this one
 * @b: that one
 * @counter: where
 *
 * Return: true, too, if that cannot be told.
 */
bool hcx_params_ahead(const struct hcx_params *a, const struct hcx_params *b, u64 counter)
{
	u64 da = counter - a->cycle_last, db = counter - b->cycle_last;

	if (!a->mult || !a->raw_mult || a->shift > 31 || da > hcx_params_max_cycles(a) ||
	    db > hcx_params_max_cycles(b))
		return true;
	return (s64)(ns_at(a->mono_sec, a->mono_snsec, da, a->mult, a->shift) -
		     ns_at(b->mono_sec, b->mono_snsec, db, b->mult, b->shift)) > 0 ||
	       (s64)(ns_at(a->raw_sec, a->raw_snsec, da, a->raw_mult, a->shift) -
		     ns_at(b->raw_sec, b->raw_snsec, db, b->raw_mult, b->shift)) > 0;
}

/**
 * hcx_meta_age - what of it is to be published some time after it was told
 * @meta: as it was told
 * @age_cycles: how long ago
 * @khz: the counter's rate
 */
void hcx_meta_age(struct hostclock_export_meta *meta, u64 age_cycles, u64 khz)
{
	/* In us and rounded up: cannot overflow, and errs to the safe side. */
	u64 age_us = div64_u64(age_cycles, khz) * 1000 + 1000;
	u64 age_ns = age_us > ~0ULL / 1000 ? ~0ULL : age_us * 1000;

	meta->valid_ns = meta->valid_ns > age_ns ? meta->valid_ns - age_ns : 0;
	if (meta->utc_maxerror_ns > HOSTCLOCK_ERROR_UNKNOWN - age_us)
		meta->utc_maxerror_ns = HOSTCLOCK_ERROR_UNKNOWN;
	else
		meta->utc_maxerror_ns += age_us;
}
