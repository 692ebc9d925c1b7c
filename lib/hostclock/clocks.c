// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/clocks.h>
#include <hostclock/export.h>
#include <hostclock/reader.h>

/**
 * hostclock_time_of - split ns into seconds and ns
 * @ns: any value, negative too
 *
 * Return: the same time, exact.
 */
struct hostclock_time hostclock_time_of(s64 ns)
{
	u64 abs = ns < 0 ? -(u64)ns : (u64)ns;
	struct hostclock_time t;

	t.sec = div64_u64(abs, HOSTCLOCK_NSEC_PER_SEC);
	t.nsec = abs - (u64)t.sec * HOSTCLOCK_NSEC_PER_SEC;
	if (ns >= 0)
		return t;
	t.sec = -t.sec;
	if (t.nsec) {
		t.sec--;
		t.nsec = HOSTCLOCK_NSEC_PER_SEC - t.nsec;
	}
	return t;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_time_of);

/**
 * hostclock_time_add - a time some ns later, or earlier
 * @t: a time with nsec below 10^9
 * @ns: any value
 *
 * Carries and borrows.  Return: t + ns, exact; if its seconds do not fit 64
 * bits, the time with the last second that does.
 */
struct hostclock_time hostclock_time_add(struct hostclock_time t, s64 ns)
{
	struct hostclock_time d = hostclock_time_of(ns);

	/* at most 999999999 twice, so 32 bits suffice */
	t.nsec += d.nsec;
	if (t.nsec >= HOSTCLOCK_NSEC_PER_SEC) {
		t.nsec -= HOSTCLOCK_NSEC_PER_SEC;
		/* d.sec is at most 2^63 / 10^9 */
		d.sec++;
	}
	t.sec = hostclock_sadd_sat(t.sec, d.sec);
	return t;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_time_add);

/**
 * hostclock_time_ns - a time in ns
 * @t: a time with nsec below 10^9
 *
 * Return: exact; the nearer end of the range if it does not fit 64 bits, which
 * holds +-292 years.
 */
s64 hostclock_time_ns(struct hostclock_time t)
{
	const s64 limit = HOSTCLOCK_S64_MAX / (s64)HOSTCLOCK_NSEC_PER_SEC;

	if (t.sec > limit)
		return HOSTCLOCK_S64_MAX;
	/* floor(-2^63 / 10^9) is -(limit + 1); -limit * 10^9 - 10^9 saturates */
	if (t.sec < -limit)
		return t.sec == -limit - 1 ?
		       hostclock_sadd_sat(-limit * (s64)HOSTCLOCK_NSEC_PER_SEC,
					  (s64)t.nsec - (s64)HOSTCLOCK_NSEC_PER_SEC) :
		       HOSTCLOCK_S64_MIN;
	return hostclock_sadd_sat(t.sec * (s64)HOSTCLOCK_NSEC_PER_SEC, t.nsec);
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_time_ns);

/**
 * hostclock_position - a counter value's distance from cycle_last
 * @p: a validated set
 * @counter: in the page's unit, modulo 2^64: what is up to 2^63 - 1 counts after
 *	     cycle_last is after it, the other half is before it
 * @delta: where to put the counts since cycle_last; 0 if it is not reached yet
 *
 * Return: HOSTCLOCK_WITHIN, HOSTCLOCK_SKEWED or HOSTCLOCK_BEFORE.
 */
enum hostclock_position
hostclock_position(const struct hostclock_params *p, u64 counter, u64 *delta)
{
	u64 before;

	*delta = counter - HOSTCLOCK_LE64(p->cycle_last);
	if ((s64)*delta >= 0)
		return HOSTCLOCK_WITHIN;
	before = -*delta;
	*delta = 0;
	if (hostclock_scale_wide(before, HOSTCLOCK_LE32(p->mult), 0,
				 HOSTCLOCK_LE32(p->shift)) <= HOSTCLOCK_MAX_SKEW_NS)
		return HOSTCLOCK_SKEWED;
	return HOSTCLOCK_BEFORE;
}

/**
 * hostclock_clocks_at - all clocks at a counter value
 * @p: a validated set
 * @offsets: the guest's; NULL for the host's own clocks
 * @counter: in the page's unit, see hostclock_position()
 * @clocks: where to put them, each rounded down to a ns
 *
 * The differences between MONOTONIC, REALTIME, TAI and BOOTTIME are exactly the
 * set's offsets.  Saturates: elapsed time at 2^63 - 1 ns, seconds at 64 bits.
 *
 * Return: where the counter value is.
 */
enum hostclock_position
hostclock_clocks_at(const struct hostclock_params *p,
		    const struct hostclock_offsets *offsets, u64 counter,
		    struct hostclock_clocks *clocks)
{
	u64 max_cycles = HOSTCLOCK_LE64(p->max_cycles);
	u32 shift = HOSTCLOCK_LE32(p->shift);
	enum hostclock_position position;
	struct hostclock_time host;
	u64 delta, mono_ns, raw_ns;

	position = hostclock_position(p, counter, &delta);
	mono_ns = hostclock_scale(delta, max_cycles, HOSTCLOCK_LE32(p->mult),
				  HOSTCLOCK_LE64(p->mono_snsec), shift);
	raw_ns = hostclock_scale(delta, max_cycles, HOSTCLOCK_LE32(p->raw_mult),
				 HOSTCLOCK_LE64(p->raw_snsec), shift);
	if (mono_ns == HOSTCLOCK_S64_MAX || raw_ns == HOSTCLOCK_S64_MAX)
		position = HOSTCLOCK_BEYOND;

	host.sec = HOSTCLOCK_LE64(p->mono_sec);
	host.nsec = 0;
	host = hostclock_time_add(host, mono_ns);
	clocks->realtime = hostclock_time_add(host,
					      HOSTCLOCK_LE64(p->wall_offset_ns));
	clocks->tai = clocks->realtime;
	clocks->tai_valid = HOSTCLOCK_LE16(p->flags) & HOSTCLOCK_PARAMS_TAI_VALID;
	if (clocks->tai_valid)
		clocks->tai.sec = hostclock_sadd_sat(clocks->tai.sec,
						     (s32)HOSTCLOCK_LE32(p->tai_offset_sec));
	clocks->monotonic = hostclock_time_add(host,
					       offsets ? offsets->mono_ns : 0);
	clocks->boottime = hostclock_time_add(clocks->monotonic,
					      HOSTCLOCK_LE64(p->boot_offset_ns));
	clocks->raw.sec = HOSTCLOCK_LE64(p->raw_sec);
	clocks->raw.nsec = 0;
	clocks->raw = hostclock_time_add(clocks->raw, raw_ns);
	clocks->raw = hostclock_time_add(clocks->raw,
					 offsets ? offsets->raw_ns : 0);
	return position;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_clocks_at);

/**
 * hostclock_error_growth - how much an error bound has grown
 * @age_ns: any value
 * @rate_ppb: ns per second
 *
 * Return: age_ns * rate_ppb / 10^9, rounded up; U64_MAX if that does not fit.
 */
u64 hostclock_error_growth(u64 age_ns, u32 rate_ppb)
{
	return hostclock_div_up(hostclock_mul(age_ns, rate_ppb),
				HOSTCLOCK_NSEC_PER_SEC);
}

/**
 * hostclock_sync_quality_at - how good a parameter set is at a counter value
 * @p: a validated set
 * @counter: in the page's unit, see hostclock_position()
 * @quality: where to put it.  An error is its bound at cycle_last plus the growth
 *	     since, rounded up; U64_MAX if it does not fit or is not known.
 *
 * Before cycle_last the age is 0.  At an age of exactly valid_ns the set is still
 * valid.
 */
void hostclock_sync_quality_at(const struct hostclock_params *p, u64 counter,
			       struct hostclock_sync_quality *quality)
{
	u64 utc_ns = HOSTCLOCK_LE64(p->utc_maxerror_ns);
	u64 delta, growth;

	hostclock_position(p, counter, &delta);
	quality->age_ns = hostclock_scale_wide(delta, HOSTCLOCK_LE32(p->mult), 0,
					       HOSTCLOCK_LE32(p->shift));
	/* rounded up, so that the bound never comes out short */
	growth = hostclock_error_growth(hostclock_add_sat(quality->age_ns, 1),
					HOSTCLOCK_LE32(p->maxerror_rate_ppb));
	if (!delta)
		growth = 0;
	quality->maxerror_ns = hostclock_add_sat(HOSTCLOCK_LE64(p->maxerror_ns),
						 growth);
	quality->utc_maxerror_ns = hostclock_add_sat(quality->maxerror_ns, utc_ns);
	quality->valid = quality->age_ns <= HOSTCLOCK_LE64(p->valid_ns);
	quality->synchronized = quality->valid &&
				p->status == HOSTCLOCK_STATUS_SYNCHRONIZED;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_sync_quality_at);

/* The first counter value at which (delta * mult + snsec) >> shift is ns. */
static u64 hostclock_deadline(const struct hostclock_params *p, s64 ns,
			      u32 mult, u64 sec, u64 snsec)
{
	u64 base_ns = sec * HOSTCLOCK_NSEC_PER_SEC;	/* below 2^63 */
	u32 shift = HOSTCLOCK_LE32(p->shift);
	struct hostclock_u128 target = { .hi = 0 };
	u64 delta;

	if (ns < 0 || (u64)ns <= base_ns)
		return HOSTCLOCK_LE64(p->cycle_last);
	target.lo = ns - base_ns;
	target = hostclock_shl(target, shift);		/* below 2^94 */
	if (!target.hi && target.lo <= snsec)
		return HOSTCLOCK_LE64(p->cycle_last);
	target.hi -= target.lo < snsec;
	target.lo -= snsec;
	delta = hostclock_div_up(target, mult);
	/* the readers take 2^63 counts and more for "before" */
	if (delta > (u64)HOSTCLOCK_S64_MAX)
		delta = HOSTCLOCK_S64_MAX;
	return HOSTCLOCK_LE64(p->cycle_last) + delta;
}

/**
 * hostclock_mono_deadline - when the host's MONOTONIC reaches a time
 * @p: a validated set
 * @mono_ns: host MONOTONIC, ns; subtract a guest's mono_offset first
 *
 * Return: the first counter value (modulo 2^64) at which MONOTONIC is mono_ns or
 * later, never one at which it is earlier; cycle_last if that is past by then;
 * cycle_last + 2^63 - 1 for times that the counter cannot reach.
 */
u64 hostclock_mono_deadline(const struct hostclock_params *p, s64 mono_ns)
{
	return hostclock_deadline(p, mono_ns, HOSTCLOCK_LE32(p->mult),
				  HOSTCLOCK_LE64(p->mono_sec),
				  HOSTCLOCK_LE64(p->mono_snsec));
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_mono_deadline);

/**
 * hostclock_raw_deadline - when the host's MONOTONIC_RAW reaches a time
 * @p: a validated set
 * @raw_ns: host MONOTONIC_RAW, ns; subtract a guest's raw_offset first
 *
 * Return: as hostclock_mono_deadline().
 */
u64 hostclock_raw_deadline(const struct hostclock_params *p, s64 raw_ns)
{
	return hostclock_deadline(p, raw_ns, HOSTCLOCK_LE32(p->raw_mult),
				  HOSTCLOCK_LE64(p->raw_sec),
				  HOSTCLOCK_LE64(p->raw_snsec));
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_raw_deadline);
