// SPDX-License-Identifier: GPL-2.0
/* The ABI's numbers in words.  See words.h. */
#include <string.h>

#include "array.h"
#include "words.h"

static const char *word(const char *const *table, size_t size, u8 index)
{
	return index < size ? table[index] : "unknown";
}

const char *word_format(u8 format)
{
	static const char *const words[] = {
		[HOSTCLOCK_FORMAT_UNSCALED] = "unscaled",
		[HOSTCLOCK_FORMAT_SCALED] = "scaled",
	};

	return word(words, ARRAY_SIZE(words), format);
}

const char *word_smear(u8 smear)
{
	static const char *const words[] = {
		[HOSTCLOCK_SMEAR_STRICT] = "strict",
		[HOSTCLOCK_SMEAR_NOON_LINEAR] = "noon",
		[HOSTCLOCK_SMEAR_UTC_SLS] = "sls",
	};

	return word(words, ARRAY_SIZE(words), smear);
}

const char *word_status(u8 status)
{
	static const char *const words[] = {
		[HOSTCLOCK_STATUS_UNKNOWN] = "unknown",
		[HOSTCLOCK_STATUS_INITIALIZING] = "initializing",
		[HOSTCLOCK_STATUS_SYNCHRONIZED] = "synchronized",
		[HOSTCLOCK_STATUS_FREERUNNING] = "freerunning",
		[HOSTCLOCK_STATUS_UNRELIABLE] = "unreliable",
	};

	return word(words, ARRAY_SIZE(words), status);
}

const char *word_leap(u8 leap_indicator)
{
	static const char *const words[] = {
		[HOSTCLOCK_LEAP_NONE] = "none",
		[HOSTCLOCK_LEAP_PRE_POS] = "insertion announced",
		[HOSTCLOCK_LEAP_PRE_NEG] = "deletion announced",
		[HOSTCLOCK_LEAP_POS] = "within the inserted second",
		[HOSTCLOCK_LEAP_POST_POS] = "inserted",
		[HOSTCLOCK_LEAP_POST_NEG] = "deleted",
	};

	return word(words, ARRAY_SIZE(words), leap_indicator);
}

const char *word_policy(u8 policy)
{
	static const char *const words[] = {
		[HOSTCLOCK_POLICY_DEFAULT] = "default",
		[HOSTCLOCK_POLICY_SUSPEND] = "suspend",
		[HOSTCLOCK_POLICY_STEAL] = "steal",
	};

	return word(words, ARRAY_SIZE(words), policy);
}

const char *word_cause(u8 cause)
{
	static const char *const words[] = {
		[HOSTCLOCK_CAUSE_NONE] = "none",
		[HOSTCLOCK_CAUSE_STOP] = "stop",
		[HOSTCLOCK_CAUSE_RESTORE] = "restore",
		[HOSTCLOCK_CAUSE_CLONE] = "clone",
		[HOSTCLOCK_CAUSE_MIGRATION] = "migration",
		[HOSTCLOCK_CAUSE_OFFSET] = "offset",
		[HOSTCLOCK_CAUSE_EXPORTER] = "exporter",
	};

	return word(words, ARRAY_SIZE(words), cause);
}

const char *word_tai_source(const struct report *r)
{
	s32 offset = HOSTCLOCK_LE32(r->reading.params.tai_offset_sec);

	if (!r->reading.clocks.tai_valid)
		return "none";
	if (r->pages->in_guest)
		return "page";
	return offset == r->kernel.tai_offset_sec ? "kernel" : "leap second list";
}

/*
 * In a guest that follows, REALTIME and TAI are the page's; the kernel's other
 * clocks are the page's plus what the guest's boot and history made of them.
 */
const char *word_verdict(const struct report *r, enum clock clock)
{
	const struct comparison *c = &r->clocks[clock];
	bool absolute = clock == REALTIME || clock == TAI || !r->pages->in_guest;

	if (c->low_ns > c->high_ns)
		return "running away";
	if (clock == TAI && !r->kernel.tai_offset_sec)
		return "not set in this kernel";
	if (!absolute)
		return "constant";
	if (comparison_exact(c))
		return "exact";
	return comparison_within(c, r->reading.quality.maxerror_ns) ?
	       "within bound" : "off";
}
