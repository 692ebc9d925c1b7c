// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Everything that takes a validated set, on whatever validation lets pass. */
#include <hostclock/mult_shift.h>
#include <hostclock/clocks.h>
#include <hostclock/continuity.h>
#include <hostclock/pvclock.h>
#include <hostclock/raw_mono.h>
#include <hostclock/reader.h>
#include <hostclock/validate.h>
#include <hostclock/vmclock.h>

#include "fuzz.h"

/* Puts right what an input rarely hits, so that more of them are good pages. */
static void repair(struct hostclock_clock_page *cp)
{
	struct hostclock_params *p;
	u64 snsec_end, max_cycles;
	u32 mult, shift, i;
	u64 hz;

	cp->magic = htole32(HOSTCLOCK_CLOCK_MAGIC);
	cp->version = htole16(HOSTCLOCK_VERSION);
	cp->size = htole16(sizeof(*cp));
	cp->format &= 1;
	cp->smear %= 3;
	cp->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	hz = HOSTCLOCK_MIN_HZ + le64toh(cp->counter_hz) % (HOSTCLOCK_MAX_HZ - HOSTCLOCK_MIN_HZ + 1);
	cp->counter_hz = htole64(cp->format ? HOSTCLOCK_NSEC_PER_SEC : hz);
	for (i = 0; i < 2; i++) {
		p = &cp->params[i];
		hz = le64toh(p->max_cycles) >> 14;
		if (!hostclock_calc_mult_shift(le64toh(cp->counter_hz), hz, &mult, &shift))
			return;
		/* within a sixteenth, by the low bits of what is there */
		mult += le32toh(p->mult) % (mult / 16 + 1);
		p->mult = htole32(mult);
		p->raw_mult = htole32(cp->format ? 1U << shift : mult);
		p->shift = htole32(shift);
		snsec_end = HOSTCLOCK_NSEC_PER_SEC << shift;
		p->mono_snsec = htole64(le64toh(p->mono_snsec) % snsec_end);
		p->raw_snsec = htole64(le64toh(p->raw_snsec) % snsec_end);
		max_cycles = hostclock_max_cycles_both(mult, le64toh(p->mono_snsec),
						       le32toh(p->raw_mult),
						       le64toh(p->raw_snsec));
		if (le64toh(p->max_cycles) > max_cycles)
			p->max_cycles = htole64(max_cycles);
	}
}

static bool not_before(struct hostclock_time a, struct hostclock_time b)
{
	return a.sec > b.sec || (a.sec == b.sec && a.nsec >= b.nsec);
}

static void check_clocks(const struct hostclock_params *p, u64 one, u64 two)
{
	struct hostclock_clocks a, b;
	struct hostclock_sync_quality quality;

	/* from now on to at most 2^63 - 1 counts after cycle_last */
	one = le64toh(p->cycle_last) + (one >> 1);
	two = le64toh(p->cycle_last) + (two >> 1);
	if ((s64)(two - one) < 0) {
		u64 swap = one;

		one = two;
		two = swap;
	}
	hostclock_clocks_at(p, NULL, one, &a);
	hostclock_clocks_at(p, NULL, two, &b);
	MUST(not_before(b.monotonic, a.monotonic) && not_before(b.raw, a.raw));
	MUST(not_before(b.realtime, a.realtime) && not_before(b.boottime, a.boottime));
	MUST(not_before(b.tai, a.tai));
	hostclock_sync_quality_at(p, two, &quality);
	MUST(quality.maxerror_ns >= le64toh(p->maxerror_ns));
	MUST(quality.utc_maxerror_ns >= quality.maxerror_ns);
}

static void check_deadlines(const struct hostclock_params *p, s64 ns)
{
	u64 when = hostclock_mono_deadline(p, ns) - le64toh(p->cycle_last);

	MUST(!(when >> 63));
	if (when < (u64)INT64_MAX)
		MUST(ns < 0 || hostclock_params_ns(p, HOSTCLOCK_MONO, when) >= (u64)ns);
	when = hostclock_raw_deadline(p, ns) - le64toh(p->cycle_last);
	MUST(!(when >> 63));
	if (when < (u64)INT64_MAX)
		MUST(ns < 0 || hostclock_params_ns(p, HOSTCLOCK_RAW, when) >= (u64)ns);
}

static void check_forms(const struct hostclock_params *p, const struct fuzz_input *in)
{
	struct hostclock_raw_mono rm;
	struct hostclock_params back;
	struct hostclock_vmclock vc;
	struct hostclock_pvclock pv;
	struct hostclock_vmtime t;
	u64 ns;

	memset(&vc, 0, sizeof(vc));
	memset(&back, 0, sizeof(back));
	if (hostclock_to_vmclock(p, in->numbers[0], &vc)) {
		hostclock_vmclock_at(&vc, in->numbers[1], &t);
		hostclock_from_vmclock(&vc, &back);
	}
	MUST(hostclock_to_pvclock(p, &pv));
	hostclock_pvclock_ns(&pv, in->numbers[1]);
	hostclock_from_pvclock(&pv, &back);
	hostclock_raw_mono_of(p, &rm);
	if (hostclock_raw_to_mono(&rm, in->numbers[2], HOSTCLOCK_ROUND_UP, &ns))
		MUST(!(ns >> 63));
	if (hostclock_raw_deadline_mono(&rm, in->numbers[2], (u32)in->numbers[3], &ns))
		MUST(!(ns >> 63));
	if (hostclock_mono_deadline_raw(&rm, in->numbers[2], (u32)in->numbers[3], &ns))
		MUST(!(ns >> 63));
}

static void check_transition(const struct hostclock_clock_page *cp, const struct fuzz_input *in)
{
	struct hostclock_timeline before = {
		&cp->params[0], in->numbers[0], in->numbers[1], in->numbers[2]
	};
	struct hostclock_timeline after = { &cp->params[1], in->numbers[3], 0, 0 };
	struct hostclock_jump jump;
	u64 gap;

	gap = hostclock_gap_ns(&before, in->numbers[4], &after, in->numbers[5]);
	MUST(!(gap >> 63));
	if (hostclock_continue(&before, in->numbers[4], &after, in->numbers[5], gap,
			       in->numbers[6] & 1 ? HOSTCLOCK_GAP_STEAL : HOSTCLOCK_GAP_SUSPEND,
			       &jump))
		MUST(jump.mono_ns + jump.boot_ns == gap);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in;
	int i, good = 0;

	fuzz_take(&in, data, size);
	repair(&in.cp);
	if (hostclock_validate_clock_page_header(&in.cp, HOSTCLOCK_COUNTER_X86_TSC))
		return 0;
	for (i = 0; i < 2; i++) {
		if (hostclock_validate_params(&in.cp, &in.cp.params[i]))
			continue;
		good++;
		check_clocks(&in.cp.params[i], in.numbers[0], in.numbers[1]);
		check_deadlines(&in.cp.params[i], in.numbers[2]);
		check_forms(&in.cp.params[i], &in);
	}
	if (good == 2)
		check_transition(&in.cp, &in);
	return 0;
}
