// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Foreign clocks: whatever a vmclock or a pvclock holds. */
#include <hostclock/mult_shift.h>
#include <hostclock/pvclock.h>
#include <hostclock/validate.h>
#include <hostclock/vmclock.h>

#include "fuzz.h"

static void check_set(const struct hostclock_params *p)
{
	u32 shift = le32toh(p->shift);

	MUST(p->mult && shift >= 1 && shift <= 31);
	MUST(le64toh(p->mono_snsec) < HOSTCLOCK_NSEC_PER_SEC << shift);
	MUST(le64toh(p->max_cycles) == hostclock_max_cycles(le32toh(p->mult),
							     le64toh(p->mono_snsec)));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct hostclock_vmclock *vc;
	struct hostclock_pvclock pv;
	struct hostclock_params p;
	struct hostclock_vmtime t;
	struct fuzz_input in;

	fuzz_take(&in, data, size);
	vc = &in.gp.vmclock;
	memcpy(vc, data, size < sizeof(*vc) ? size : sizeof(*vc));
	vc->magic = htole32(HOSTCLOCK_VMCLOCK_MAGIC);
	vc->version = htole16(1);
	vc->counter_id = HOSTCLOCK_COUNTER_X86_TSC;
	vc->time_type &= 1;
	memset(&p, 0, sizeof(p));
	if (!hostclock_validate_vmclock(vc, HOSTCLOCK_COUNTER_X86_TSC)) {
		if (hostclock_vmclock_at(vc, in.numbers[0], &t))
			MUST(t.sec >= le64toh(vc->time_sec));
		MUST(t.utc.nsec < HOSTCLOCK_NSEC_PER_SEC);
		if (hostclock_from_vmclock(vc, &p))
			check_set(&p);
	}
	pv.tsc_timestamp = in.numbers[1];
	pv.system_time = in.numbers[2];
	pv.tsc_to_system_mul = in.numbers[3];
	pv.tsc_shift = (s32)in.numbers[4];
	hostclock_pvclock_ns(&pv, in.numbers[5]);
	if (hostclock_from_pvclock(&pv, &p))
		check_set(&p);
	return 0;
}
