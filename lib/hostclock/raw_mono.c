// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/math.h>
#include <hostclock/raw_mono.h>

/**
 * hostclock_raw_mono_of - the relation that a parameter set states
 * @p: a validated set
 * @rm: where to put it.  The bases are cut to whole ns, MONOTONIC's down and
 *	RAW's down, so each may be up to 1 ns ahead of the relation.
 */
void hostclock_raw_mono_of(const struct hostclock_params *p,
			   struct hostclock_raw_mono *rm)
{
	u32 shift = HOSTCLOCK_LE32(p->shift);

	rm->base_m = HOSTCLOCK_LE64(p->cycle_last);
	rm->base_r = rm->base_m;
	rm->shift_m = shift;
	rm->shift_r = shift;
	rm->mult_m = HOSTCLOCK_LE32(p->mult);
	rm->mult_r = HOSTCLOCK_LE32(p->raw_mult);
	rm->mono_ns = HOSTCLOCK_LE64(p->mono_sec) * HOSTCLOCK_NSEC_PER_SEC +
		      (HOSTCLOCK_LE64(p->mono_snsec) >> shift);
	rm->raw_ns = HOSTCLOCK_LE64(p->raw_sec) * HOSTCLOCK_NSEC_PER_SEC +
		     (HOSTCLOCK_LE64(p->raw_snsec) >> shift);
}

/* to + (ns - from) * num / den, which may be before from. */
static bool hostclock_convert(u64 ns, u64 from, u64 to, u32 num, u32 den,
			      bool up, u64 *result)
{
	bool back = ns < from;
	u64 rem, moved;

	moved = hostclock_div(hostclock_mul(back ? from - ns : ns - from, num),
			      den, &rem);
	/* rounding up is rounding away from @from ahead of it, towards behind */
	if (rem && up != back && moved != ~0ULL)
		moved++;
	if (back ? moved > to : moved > (u64)HOSTCLOCK_S64_MAX - to)
		return false;
	*result = back ? to - moved : to + moved;
	return true;
}

static bool hostclock_raw_mono_ok(const struct hostclock_raw_mono *rm)
{
	return rm->base_m == rm->base_r && rm->shift_m == rm->shift_r &&
	       rm->mult_m && rm->mult_r && !(rm->mono_ns >> 63) &&
	       !(rm->raw_ns >> 63);
}

/**
 * hostclock_raw_to_mono - MONOTONIC when RAW is @raw_ns
 * @rm: the relation
 * @raw_ns: ns, before or after rm->raw_ns
 * @rounding: HOSTCLOCK_ROUND_DOWN or HOSTCLOCK_ROUND_UP, of the exact quotient
 * @mono_ns: where to put it, ns, 0 to 2^63 - 1
 *
 * Return: false, and nothing stored, if the relation does not hold (bases or
 * shifts differ, a multiplier is 0, a base is 2^63 or more) or the result is
 * outside its range.
 */
bool hostclock_raw_to_mono(const struct hostclock_raw_mono *rm, u64 raw_ns,
			   enum hostclock_rounding rounding, u64 *mono_ns)
{
	if (!hostclock_raw_mono_ok(rm))
		return false;
	return hostclock_convert(raw_ns, rm->raw_ns, rm->mono_ns, rm->mult_m,
				 rm->mult_r, rounding == HOSTCLOCK_ROUND_UP,
				 mono_ns);
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_raw_to_mono);

/**
 * hostclock_mono_to_raw - RAW when MONOTONIC is @mono_ns
 * @rm: the relation
 * @mono_ns: ns, before or after rm->mono_ns
 * @rounding: as for hostclock_raw_to_mono()
 * @raw_ns: where to put it, ns, 0 to 2^63 - 1
 *
 * Return: as hostclock_raw_to_mono().
 */
bool hostclock_mono_to_raw(const struct hostclock_raw_mono *rm, u64 mono_ns,
			   enum hostclock_rounding rounding, u64 *raw_ns)
{
	if (!hostclock_raw_mono_ok(rm))
		return false;
	return hostclock_convert(mono_ns, rm->mono_ns, rm->raw_ns, rm->mult_r,
				 rm->mult_m, rounding == HOSTCLOCK_ROUND_UP,
				 raw_ns);
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_mono_to_raw);

/* Lets what lies ahead of @from take longer: by 1 / (1 - slew). */
static bool hostclock_allow_slew(u64 from, u32 slew_ppb, u64 *ns)
{
	u64 ahead;

	if (*ns <= from)
		return true;
	if (slew_ppb >= HOSTCLOCK_NSEC_PER_SEC)
		return false;
	ahead = hostclock_div_up(hostclock_mul(*ns - from, HOSTCLOCK_NSEC_PER_SEC),
				 HOSTCLOCK_NSEC_PER_SEC - slew_ppb);
	if (ahead > (u64)HOSTCLOCK_S64_MAX - from)
		return false;
	*ns = from + ahead;
	return true;
}

/**
 * hostclock_raw_deadline_mono - a MONOTONIC time not before RAW is @raw_ns
 * @rm: the relation
 * @raw_ns: ns
 * @slew_ppb: by how much mult_m may change until then, below 10^9
 * @mono_ns: where to put it, ns, 0 to 2^63 - 1
 *
 * Never early as long as mult_m stays within slew_ppb; late by at most
 * 2 * slew of the time in between, over (1 - slew)^2, and a few ns.
 *
 * Return: false as hostclock_raw_to_mono(), and if slew_ppb is too large; what
 * is in @mono_ns then means nothing.
 */
bool hostclock_raw_deadline_mono(const struct hostclock_raw_mono *rm, u64 raw_ns,
				 u32 slew_ppb, u64 *mono_ns)
{
	return hostclock_raw_to_mono(rm, raw_ns, HOSTCLOCK_ROUND_UP, mono_ns) &&
	       hostclock_allow_slew(rm->mono_ns, slew_ppb, mono_ns);
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_raw_deadline_mono);

/**
 * hostclock_mono_deadline_raw - a RAW time not before MONOTONIC is @mono_ns
 * @rm: the relation
 * @mono_ns: ns
 * @slew_ppb: as for hostclock_raw_deadline_mono()
 * @raw_ns: where to put it, ns, 0 to 2^63 - 1
 *
 * Return: as hostclock_raw_deadline_mono().
 */
bool hostclock_mono_deadline_raw(const struct hostclock_raw_mono *rm, u64 mono_ns,
				 u32 slew_ppb, u64 *raw_ns)
{
	return hostclock_mono_to_raw(rm, mono_ns, HOSTCLOCK_ROUND_UP, raw_ns) &&
	       hostclock_allow_slew(rm->raw_ns, slew_ppb, raw_ns);
}
