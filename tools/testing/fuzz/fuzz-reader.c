// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The readers, on pages with anything in them: no more than a wrong number. */
#include <hostclock/reader.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	enum hostclock_counter which;
	struct hostclock_accepted a;
	enum hostclock_result slow;
	u64 ns, fast_ns, delta;
	struct fuzz_input in;
	u32 seq;

	fuzz_take(&in, data, size);
	/* epochs of the pages, unless the input says otherwise */
	a.clock_epoch = in.numbers[0] ^ le64toh(in.cp.params[0].epoch);
	a.guest_epoch = in.numbers[1] ^ le64toh(in.gp.epoch);
	a.tsc_offset = in.numbers[2];
	a.mono_offset = in.numbers[3];
	a.raw_offset = in.numbers[4];
	seq = hostclock_page_begin(&in.cp) + (u32)in.numbers[6];
	for (which = HOSTCLOCK_MONO; which <= HOSTCLOCK_RAW; which++) {
		slow = hostclock_eval(&in.cp, seq, &in.gp, &a, which, in.numbers[5], &ns);
		MUST(slow != HOSTCLOCK_OK || !(ns >> 63));
		/* max_cycles is only believed of a page that was found good */
		hostclock_select(&in.cp, seq, in.numbers[5] - a.tsc_offset, &delta);
		if (hostclock_eval_fast(&in.cp, seq, &in.gp, &a, which, in.numbers[5], &fast_ns))
			MUST(slow == HOSTCLOCK_OK && fast_ns == ns);
		slow = hostclock_read(&in.cp, &in.gp, &a, which, &ns);
		MUST(slow != HOSTCLOCK_OK || !(ns >> 63));
	}
	return 0;
}
