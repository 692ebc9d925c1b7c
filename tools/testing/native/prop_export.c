// SPDX-License-Identifier: GPL-2.0
/* hostclock_export's arithmetic, against the compiler's 128 bits. */
#include <hostclock/mult_shift.h>
#include <inttypes.h>
#include <string.h>

#include "../../../drivers/ptp/hostclock_export/params.c"
#include "prop.h"

static void make_line(struct prop_case *c, struct hcx_params *line)
{
	struct hostclock_clock_page cp;
	const struct hostclock_params *set;

	prop_page(c, &cp);
	set = hostclock_newest(&cp, le32toh(cp.seq));
	*line = (struct hcx_params){
		.cycle_last = le64toh(set->cycle_last),
		.mult = prop_mult(set, HOSTCLOCK_MONO),
		.raw_mult = prop_mult(set, HOSTCLOCK_RAW),
		.shift = le32toh(set->shift),
		.mono_sec = prop_sec(set, HOSTCLOCK_MONO),
		.mono_snsec = prop_snsec(set, HOSTCLOCK_MONO),
		.raw_sec = prop_sec(set, HOSTCLOCK_RAW),
		.raw_snsec = prop_snsec(set, HOSTCLOCK_RAW),
	};
}

/* One of a line's counters in shifted ns, from 0 on, all bits. */
static u128 line_at(const struct hcx_params *line, bool raw, u64 counter)
{
	u128 second = (u128)1000000000 << line->shift;
	u64 delta = counter - line->cycle_last;

	if (raw)
		return line->raw_sec * second + line->raw_snsec + (u128)delta * line->raw_mult;
	return line->mono_sec * second + line->mono_snsec + (u128)delta * line->mult;
}

static bool check_begin_at(struct prop_case *c)
{
	struct hcx_params line, later;
	u64 max, at, counter;

	make_line(c, &line);
	later = line;
	max = hcx_params_max_cycles(&line);
	if (max != hostclock_max_cycles_both(line.mult, line.mono_snsec,
					     line.raw_mult, line.raw_snsec))
		return prop_fail(c, "max_cycles %" PRIu64, max);
	at = line.cycle_last + prop_wide_below(c, max);
	counter = at + prop_wide_below(c, 1ULL << 62);
	hcx_params_begin_at(&later, at);
	if (later.cycle_last != at)
		return prop_fail(c, "begins at %" PRIu64 ", not %" PRIu64, later.cycle_last, at);
	if (later.mono_snsec >= HOSTCLOCK_NSEC_PER_SEC << later.shift ||
	    later.raw_snsec >= HOSTCLOCK_NSEC_PER_SEC << later.shift)
		return prop_fail(c, "more than a second is not carried");
	if (line_at(&line, false, counter) != line_at(&later, false, counter) ||
	    line_at(&line, true, counter) != line_at(&later, true, counter))
		return prop_fail(c, "another line from %" PRIu64 " on", at - line.cycle_last);
	return true;
}

/* Neither earlier nor where the product overflows. */
static bool check_begin_elsewhere(struct prop_case *c)
{
	struct hcx_params line, same;
	u64 max, at;

	make_line(c, &line);
	same = line;
	max = hcx_params_max_cycles(&line);
	at = prop_below(c, 2) ? -prop_wide_below(c, 1ULL << 63) :
	     max + 1 + prop_wide_below(c, 1ULL << 62);
	hcx_params_begin_at(&same, line.cycle_last + at);
	if (memcmp(&same, &line, sizeof(line)))
		return prop_fail(c, "moved by %" PRIu64 " of %" PRIu64, at, max);
	return true;
}

static bool check_age(struct prop_case *c)
{
	struct hostclock_export_meta told = {
		.valid_ns = prop_wide(c), .utc_maxerror_ns = prop_wide(c),
	}, now = told;
	u64 khz = 1000 + prop_below(c, 10000000), cycles = prop_wide(c);
	u128 age = (u128)cycles * 1000000 / khz, error = told.utc_maxerror_ns + age / 1000;
	u128 valid = age < told.valid_ns ? told.valid_ns - age : 0;

	hcx_meta_age(&now, cycles, khz);
	if (now.valid_ns > valid || now.valid_ns + (u128)2000000 < valid)
		return prop_fail(c, "valid for %" PRIu64 " of %" PRIu64, (u64)now.valid_ns,
				 (u64)told.valid_ns);
	if (now.utc_maxerror_ns == HOSTCLOCK_ERROR_UNKNOWN)
		return error + 2000 >= HOSTCLOCK_ERROR_UNKNOWN ||
		       prop_fail(c, "the bound is not known");
	if (now.utc_maxerror_ns < error || now.utc_maxerror_ns > error + 2000)
		return prop_fail(c, "bound %" PRIu64, (u64)now.utc_maxerror_ns);
	return true;
}

const struct property export_properties[] = {
	{ "export: a line that begins later is the same line", check_begin_at },
	{ "export: a line that cannot begin there stays", check_begin_elsewhere },
	{ "export: what was told ages, on the safe side", check_age },
	{ NULL, NULL },
};
