// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/export.h>
#include <hostclock/leap.h>
#include <hostclock/math.h>

#define HOSTCLOCK_SEC	((s64)HOSTCLOCK_NSEC_PER_SEC)

/* Where a smear, or the step, starts and ends. */
static void hostclock_leap_interval(const struct hostclock_leap *leap, s64 *start,
				    u32 *length_sec)
{
	switch (leap->smear) {
	case HOSTCLOCK_SMEAR_NOON_LINEAR:
		*start = -43200 * HOSTCLOCK_SEC;
		*length_sec = leap->insert ? 86401 : 86399;
		break;
	case HOSTCLOCK_SMEAR_UTC_SLS:
		/* the day ends a second late or early */
		*start = ((leap->insert ? 1 : -1) - 1000) * HOSTCLOCK_SEC;
		*length_sec = 1000;
		break;
	default:
		*start = leap->insert ? 0 : -HOSTCLOCK_SEC;
		*length_sec = 0;
	}
}

/**
 * hostclock_leap_piece_at - the linear piece that holds at a time
 * @leap: which leap, and what is done about it; an unknown smear is strict
 * @u: ns from the leap, see above; any value
 * @piece: where to put it
 */
void hostclock_leap_piece_at(const struct hostclock_leap *leap, s64 u,
			     struct hostclock_leap_piece *piece)
{
	u32 length_sec;
	s64 start, end;

	hostclock_leap_interval(leap, &start, &length_sec);
	end = start + length_sec * HOSTCLOCK_SEC;
	piece->offset_ns = 0;
	piece->slew = 0;
	piece->length_sec = 1;
	if (u < start) {
		piece->start = HOSTCLOCK_S64_MIN;
		piece->end = start;
	} else if (u < end) {
		piece->start = start;
		piece->end = end;
		piece->slew = leap->insert ? -1 : 1;
		piece->length_sec = length_sec;
	} else {
		piece->start = end;
		piece->end = HOSTCLOCK_S64_MAX;
		piece->offset_ns = leap->insert ? -HOSTCLOCK_SEC : HOSTCLOCK_SEC;
	}
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_leap_piece_at);

/**
 * hostclock_leap_offset - REALTIME - u on the exact curve
 * @leap: which leap, and what is done about it
 * @u: ns from the leap; any value
 *
 * Return: ns, rounded down, -10^9 to 10^9.  u plus it never goes back, but for an
 * inserted second that is stepped over.
 */
s64 hostclock_leap_offset(const struct hostclock_leap *leap, s64 u)
{
	struct hostclock_leap_piece piece;
	s64 gain;

	hostclock_leap_piece_at(leap, u, &piece);
	if (!piece.slew)
		return piece.offset_ns;
	/* both below 86401 s */
	gain = div64_u64(u - piece.start, piece.length_sec);
	if (piece.slew < 0)
		gain = -gain - (gain * piece.length_sec != u - piece.start);
	return piece.offset_ns + gain;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_leap_offset);

/**
 * hostclock_leap_mult - a multiplier, slewed as a piece demands
 * @piece: from hostclock_leap_piece_at()
 * @mult: shifted ns per count without the leap
 *
 * Return: mult * (1 + slew / length_sec), to nearest; U32_MAX if it needs more.
 * Half a unit off is 1 / (2 * mult) of the time: at mult 2^29 and ten sets a second
 * 0.1 ns per set, if each set's base is taken from the exact curve.
 */
u32 hostclock_leap_mult(const struct hostclock_leap_piece *piece, u32 mult)
{
	/* below 2^32 * 86402 < 2^49 */
	u64 n = (u64)mult * (u64)((s64)piece->length_sec + piece->slew);

	n = div64_u64(n + piece->length_sec / 2, piece->length_sec);
	return n >> 32 ? ~0U : (u32)n;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_leap_mult);

/**
 * hostclock_leap_indicator - what to announce at a time
 * @leap: which leap
 * @u: ns from the leap; any value
 *
 * Return: HOSTCLOCK_LEAP_PRE_* before it, HOSTCLOCK_LEAP_POS within an inserted
 * second, HOSTCLOCK_LEAP_POST_* from then on; for how long before and after to say
 * so is the caller's business.
 */
u8 hostclock_leap_indicator(const struct hostclock_leap *leap, s64 u)
{
	if (!leap->insert)
		return u < -HOSTCLOCK_SEC ? HOSTCLOCK_LEAP_PRE_NEG :
					    HOSTCLOCK_LEAP_POST_NEG;
	if (u < 0)
		return HOSTCLOCK_LEAP_PRE_POS;
	return u < HOSTCLOCK_SEC ? HOSTCLOCK_LEAP_POS : HOSTCLOCK_LEAP_POST_POS;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_leap_indicator);
