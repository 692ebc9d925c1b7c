// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/mult_shift.h>
#include <hostclock/export.h>
#include <hostclock/math.h>
#include <hostclock/reader.h>
#include <hostclock/validate.h>

/* Whole seconds that fit into 63 bits of ns: 2^63 / 10^9, rounded down. */
#define HOSTCLOCK_MAX_SEC	9223372036ULL

/*
 * Seconds and shifted ns as ns: below 2^63 if sec and snsec are in range, any value
 * if they or shift are not.
 */
static u64 hostclock_base_ns(__le64 sec, __le64 snsec, u32 shift)
{
	return HOSTCLOCK_LE64(sec) * HOSTCLOCK_NSEC_PER_SEC +
	       (HOSTCLOCK_LE64(snsec) >> (shift & 31));
}

/**
 * hostclock_validate_clock_page_header - check what does not change in a page
 * @cp: a private copy of the page's header
 * @counter_id: the counter that this machine has, HOSTCLOCK_COUNTER_*
 *
 * Return: HOSTCLOCK_PAGE_OK or the first rule broken, in the order of the
 * fields.
 */
enum hostclock_page_error
hostclock_validate_clock_page_header(const struct hostclock_clock_page *cp,
				     u8 counter_id)
{
	u64 hz = HOSTCLOCK_LE64(cp->counter_hz);

	if (HOSTCLOCK_LE32(cp->magic) != HOSTCLOCK_CLOCK_MAGIC)
		return HOSTCLOCK_PAGE_CLOCK_MAGIC;
	if (HOSTCLOCK_LE16(cp->version) != HOSTCLOCK_VERSION)
		return HOSTCLOCK_PAGE_CLOCK_VERSION;
	if (HOSTCLOCK_LE16(cp->size) < sizeof(*cp) ||
	    HOSTCLOCK_LE16(cp->size) > HOSTCLOCK_PAGE_SIZE)
		return HOSTCLOCK_PAGE_CLOCK_SIZE;
	if (cp->format > HOSTCLOCK_FORMAT_SCALED)
		return HOSTCLOCK_PAGE_CLOCK_FORMAT;
	if (cp->smear > HOSTCLOCK_SMEAR_UTC_SLS)
		return HOSTCLOCK_PAGE_CLOCK_SMEAR;
	if (cp->counter_id != counter_id)
		return HOSTCLOCK_PAGE_CLOCK_COUNTER;
	if (hz < HOSTCLOCK_MIN_HZ || hz > HOSTCLOCK_MAX_HZ)
		return HOSTCLOCK_PAGE_CLOCK_HZ;
	if (cp->format == HOSTCLOCK_FORMAT_SCALED && hz != HOSTCLOCK_NSEC_PER_SEC)
		return HOSTCLOCK_PAGE_CLOCK_HZ_SCALED;
	return HOSTCLOCK_PAGE_OK;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_validate_clock_page_header);

/*
 * Is mult within the tolerance of 10^9 << shift / hz?  Compared without the
 * division: mult * hz is below 2^32 * 10^10 < 2^66, so in 128 bits.
 */
static bool hostclock_rate_ok(u32 mult, u32 shift, u64 hz)
{
	u64 nominal = HOSTCLOCK_NSEC_PER_SEC << shift;	/* below 2^61 */
	u64 slack = nominal >> HOSTCLOCK_RATE_TOLERANCE_SHIFT;
	u64 rate = hostclock_low(hostclock_mul(mult, hz));

	return rate >= nominal - slack && rate <= nominal + slack;
}

static enum hostclock_page_error
hostclock_validate_rates(const struct hostclock_clock_page *cp,
			 const struct hostclock_params *p)
{
	u32 raw_mult = HOSTCLOCK_LE32(p->raw_mult);
	u64 hz = HOSTCLOCK_LE64(cp->counter_hz);
	u32 shift = HOSTCLOCK_LE32(p->shift);
	u32 mult = HOSTCLOCK_LE32(p->mult);

	if (!shift || shift > HOSTCLOCK_MAX_SHIFT)
		return HOSTCLOCK_PAGE_PARAMS_SHIFT;
	if (!mult)
		return HOSTCLOCK_PAGE_PARAMS_MULT;
	if (!hostclock_rate_ok(mult, shift, hz))
		return HOSTCLOCK_PAGE_PARAMS_RATE;
	if (!raw_mult)
		return HOSTCLOCK_PAGE_PARAMS_RAW_MULT;
	if (!hostclock_rate_ok(raw_mult, shift, hz))
		return HOSTCLOCK_PAGE_PARAMS_RAW_RATE;
	if (cp->format == HOSTCLOCK_FORMAT_SCALED && raw_mult != 1U << shift)
		return HOSTCLOCK_PAGE_PARAMS_RAW_SCALED;
	return HOSTCLOCK_PAGE_OK;
}

/* shift, mult and raw_mult are known to be good. */
static enum hostclock_page_error
hostclock_validate_bases(const struct hostclock_params *p)
{
	u64 snsec_end = HOSTCLOCK_NSEC_PER_SEC << HOSTCLOCK_LE32(p->shift);
	u64 mono_snsec = HOSTCLOCK_LE64(p->mono_snsec);
	u64 raw_snsec = HOSTCLOCK_LE64(p->raw_snsec);

	if (HOSTCLOCK_LE64(p->mono_sec) >= HOSTCLOCK_MAX_SEC)
		return HOSTCLOCK_PAGE_PARAMS_MONO_SEC;
	if (mono_snsec >= snsec_end)
		return HOSTCLOCK_PAGE_PARAMS_MONO_SNSEC;
	if (HOSTCLOCK_LE64(p->raw_sec) >= HOSTCLOCK_MAX_SEC)
		return HOSTCLOCK_PAGE_PARAMS_RAW_SEC;
	if (raw_snsec >= snsec_end)
		return HOSTCLOCK_PAGE_PARAMS_RAW_SNSEC;
	if (HOSTCLOCK_LE64(p->max_cycles) >
	    hostclock_max_cycles_both(HOSTCLOCK_LE32(p->mult), mono_snsec,
				      HOSTCLOCK_LE32(p->raw_mult), raw_snsec))
		return HOSTCLOCK_PAGE_PARAMS_MAX_CYCLES;
	return HOSTCLOCK_PAGE_OK;
}

/* The bases are known to be good, so MONOTONIC is below 2^63. */
static enum hostclock_page_error
hostclock_validate_offsets(const struct hostclock_params *p)
{
	s64 mono = hostclock_base_ns(p->mono_sec, p->mono_snsec,
				     HOSTCLOCK_LE32(p->shift));
	s64 real = hostclock_sadd_sat(mono, HOSTCLOCK_LE64(p->wall_offset_ns));
	s64 boot = hostclock_sadd_sat(mono, HOSTCLOCK_LE64(p->boot_offset_ns));
	s32 tai = HOSTCLOCK_LE32(p->tai_offset_sec);

	if (real < 0 || real >= HOSTCLOCK_REALTIME_MAX_SEC *
				(s64)HOSTCLOCK_NSEC_PER_SEC)
		return HOSTCLOCK_PAGE_PARAMS_WALL;
	if (boot < 0 || boot == HOSTCLOCK_S64_MAX)
		return HOSTCLOCK_PAGE_PARAMS_BOOT;
	if ((HOSTCLOCK_LE16(p->flags) & HOSTCLOCK_PARAMS_TAI_VALID) &&
	    (tai > HOSTCLOCK_TAI_MAX_SEC || tai < -HOSTCLOCK_TAI_MAX_SEC))
		return HOSTCLOCK_PAGE_PARAMS_TAI;
	return HOSTCLOCK_PAGE_OK;
}

static enum hostclock_page_error
hostclock_validate_state(const struct hostclock_params *p)
{
	u64 leap_sec = HOSTCLOCK_LE64(p->leap_sec);

	if (p->status > HOSTCLOCK_STATUS_UNRELIABLE)
		return HOSTCLOCK_PAGE_PARAMS_STATUS;
	if (p->leap_indicator > HOSTCLOCK_LEAP_POST_NEG)
		return HOSTCLOCK_PAGE_PARAMS_LEAP;
	if ((p->leap_indicator == HOSTCLOCK_LEAP_NONE && leap_sec) ||
	    leap_sec >= HOSTCLOCK_REALTIME_MAX_SEC)
		return HOSTCLOCK_PAGE_PARAMS_LEAP_SEC;
	return HOSTCLOCK_PAGE_OK;
}

/* Zero is written into what must not be used; all ones is read where nothing is. */
static bool hostclock_is_epoch(__le64 epoch)
{
	return HOSTCLOCK_LE64(epoch) && ~HOSTCLOCK_LE64(epoch);
}

/**
 * hostclock_validate_params - check a parameter set
 * @cp: a private copy of its page's header, found good
 * @p: a private copy of the set
 *
 * A set that passes can be given to every function of this library.
 *
 * Return: HOSTCLOCK_PAGE_OK or the first rule broken.
 */
enum hostclock_page_error
hostclock_validate_params(const struct hostclock_clock_page *cp,
			  const struct hostclock_params *p)
{
	enum hostclock_page_error error;

	if (!hostclock_is_epoch(p->epoch))
		return HOSTCLOCK_PAGE_PARAMS_EPOCH;
	error = hostclock_validate_rates(cp, p);
	if (!error)
		error = hostclock_validate_bases(p);
	if (!error)
		error = hostclock_validate_offsets(p);
	if (!error)
		error = hostclock_validate_state(p);
	return error;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_validate_params);

/**
 * hostclock_validate_guest_page - check a guest page's own part
 * @gp: a private copy of the page
 *
 * An unknown cause is passed: it only informs.
 *
 * Return: HOSTCLOCK_PAGE_OK or the first rule broken, epoch last: a page that
 * breaks only that one is a guest page not in use yet, or not any more.
 */
enum hostclock_page_error
hostclock_validate_guest_page(const struct hostclock_guest_page *gp)
{
	if (HOSTCLOCK_LE32(gp->magic) != HOSTCLOCK_GUEST_MAGIC)
		return HOSTCLOCK_PAGE_GUEST_MAGIC;
	if (HOSTCLOCK_LE16(gp->version) != HOSTCLOCK_VERSION)
		return HOSTCLOCK_PAGE_GUEST_VERSION;
	if (HOSTCLOCK_LE16(gp->size) < sizeof(*gp) ||
	    HOSTCLOCK_LE16(gp->size) > HOSTCLOCK_PAGE_SIZE)
		return HOSTCLOCK_PAGE_GUEST_SIZE;
	if (gp->clock_format > HOSTCLOCK_FORMAT_SCALED)
		return HOSTCLOCK_PAGE_GUEST_FORMAT;
	if (gp->clock_smear > HOSTCLOCK_SMEAR_UTC_SLS)
		return HOSTCLOCK_PAGE_GUEST_SMEAR;
	if (gp->mono_policy > HOSTCLOCK_POLICY_STEAL)
		return HOSTCLOCK_PAGE_GUEST_POLICY;
	if (!hostclock_is_epoch(gp->epoch))
		return HOSTCLOCK_PAGE_GUEST_EPOCH;
	return HOSTCLOCK_PAGE_OK;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_validate_guest_page);

/**
 * hostclock_validate_pair - check that a clock page suits a guest page
 * @cp: a private copy of the clock page's header, found good
 * @p: a private copy of its newest set, found good
 * @gp: a private copy of the guest page, found good
 *
 * The guest's counters at the set's cycle_last must be within 0 to 2^63 - 1 ns.
 *
 * Return: HOSTCLOCK_PAGE_OK or the first rule broken.
 */
enum hostclock_page_error
hostclock_validate_pair(const struct hostclock_clock_page *cp,
			const struct hostclock_params *p,
			const struct hostclock_guest_page *gp)
{
	u32 shift = HOSTCLOCK_LE32(p->shift);
	s64 mono = hostclock_base_ns(p->mono_sec, p->mono_snsec, shift);
	s64 raw = hostclock_base_ns(p->raw_sec, p->raw_snsec, shift);

	if (cp->format != gp->clock_format)
		return HOSTCLOCK_PAGE_PAIR_FORMAT;
	if (cp->smear != gp->clock_smear)
		return HOSTCLOCK_PAGE_PAIR_SMEAR;
	mono = hostclock_sadd_sat(mono, HOSTCLOCK_LE64(gp->mono_offset_ns));
	if (mono < 0 || mono == HOSTCLOCK_S64_MAX)
		return HOSTCLOCK_PAGE_PAIR_MONO;
	raw = hostclock_sadd_sat(raw, HOSTCLOCK_LE64(gp->raw_offset_ns));
	if (raw < 0 || raw == HOSTCLOCK_S64_MAX)
		return HOSTCLOCK_PAGE_PAIR_RAW;
	return HOSTCLOCK_PAGE_OK;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_validate_pair);

/**
 * hostclock_validate_vmclock - check a vmclock structure
 * @vc: a private copy
 * @counter_id: the counter that this machine has
 *
 * Return: HOSTCLOCK_PAGE_OK or the first rule broken.
 */
enum hostclock_page_error
hostclock_validate_vmclock(const struct hostclock_vmclock *vc, u8 counter_id)
{
	u32 size = HOSTCLOCK_LE32(vc->size);

	if (HOSTCLOCK_LE32(vc->magic) != HOSTCLOCK_VMCLOCK_MAGIC)
		return HOSTCLOCK_PAGE_VMCLOCK_MAGIC;
	/* size is that of the region, which may be many pages */
	if (size < sizeof(*vc))
		return HOSTCLOCK_PAGE_VMCLOCK_SIZE;
	if (HOSTCLOCK_LE16(vc->version) != 1)
		return HOSTCLOCK_PAGE_VMCLOCK_VERSION;
	if (vc->counter_id != counter_id)
		return HOSTCLOCK_PAGE_VMCLOCK_COUNTER;
	if (vc->time_type > HOSTCLOCK_VMCLOCK_TIME_TAI)
		return HOSTCLOCK_PAGE_VMCLOCK_TIME_TYPE;
	if (vc->counter_period_shift > 127)
		return HOSTCLOCK_PAGE_VMCLOCK_SHIFT;
	if (!HOSTCLOCK_LE64(vc->counter_period_frac_sec))
		return HOSTCLOCK_PAGE_VMCLOCK_PERIOD;
	if (HOSTCLOCK_LE64(vc->time_sec) >= HOSTCLOCK_REALTIME_MAX_SEC)
		return HOSTCLOCK_PAGE_VMCLOCK_SEC;
	return HOSTCLOCK_PAGE_OK;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_validate_vmclock);
