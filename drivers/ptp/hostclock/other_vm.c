// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that hibernated, and goes on in another VM.  Nobody told the host, so the guest
 * page is that of a VM which has just been started: neither its TSC nor its gaps have to
 * do with what was accepted before.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "other_vm.h"
#include "sets.h"

/* More than the rounding of RAW's multiplier adds up to in 100 days */
#define HOSTCLOCK_SAME_RAW_NS		(10 * NSEC_PER_MSEC)

/**
 * hostclock_in_other_vm - was the accepted state saved in another VM than this is?
 * @old: accepted state
 * @guest: the guest page, or a copy of it
 *
 * Not if the host restored, cloned or migrated it, and tells of the gap.
 */
bool hostclock_in_other_vm(const struct hostclock_read_base *old,
			   const struct hostclock_guest_page *guest)
{
	u8 cause = READ_ONCE(guest->cause);

	return HOSTCLOCK_LE64(guest->generation) != old->generation &&
	       cause != HOSTCLOCK_CAUSE_RESTORE && cause != HOSTCLOCK_CAUSE_CLONE &&
	       cause != HOSTCLOCK_CAUSE_MIGRATION;
}

/*
 * Is it the same host, which was not booted meanwhile?  Its clock epoch may be another
 * one, but RAW goes on: nobody sets or slews that.
 */
static bool hostclock_same_host(const struct hostclock_params *old,
				const struct hostclock_params *new, u64 counter)
{
	u64 old_ns = hostclock_params_counter(old, 0, HOSTCLOCK_RAW, counter);
	u64 new_ns = hostclock_params_counter(new, 0, HOSTCLOCK_RAW, counter);

	return (s64)(counter - le64_to_cpu(old->cycle_last)) >= 0 &&
	       new_ns - old_ns + HOSTCLOCK_SAME_RAW_NS <= 2 * HOSTCLOCK_SAME_RAW_NS;
}

static bool hostclock_tai_valid(const struct hostclock_params *params)
{
	return le16_to_cpu(params->flags) & HOSTCLOCK_PARAMS_TAI_VALID;
}

/* REALTIME or, where TAI is known of both, that */
static s64 hostclock_atomic_ns(const struct hostclock_params *params,
			       const struct hostclock_params *other, u64 host_mono_ns)
{
	s64 ns = host_mono_ns + le64_to_cpu(params->wall_offset_ns);

	if (hostclock_tai_valid(params) && hostclock_tai_valid(other))
		ns += (s32)le32_to_cpu(params->tai_offset_sec) * NSEC_PER_SEC;
	return ns;
}

/* The length of a sleep that began on another host: by what the two say the time is */
static u64 hostclock_slept_ns(const struct hostclock_read_base *old,
			      const struct hostclock_snapshot *c, u64 asleep_ns)
{
	u64 now_ns = hostclock_params_counter(&c->params, le64_to_cpu(c->guest.tsc_offset),
					      HOSTCLOCK_MONO, c->tsc);
	s64 from = hostclock_atomic_ns(&old->params, &c->params,
				       asleep_ns - old->accepted.mono_offset);

	return max_t(s64, hostclock_atomic_ns(&c->params, &old->params, now_ns) - from, 0);
}

/**
 * hostclock_other_vm_offset - the offset of a counter that is to count the sleep
 * @old: accepted state, saved in another VM
 * @c: the pages of this one
 * @which: counter
 * @asleep_ns: what the counters were when the guest fell asleep
 *
 * If the host is the same, its own counter has counted it.
 */
u64 hostclock_other_vm_offset(const struct hostclock_read_base *old,
			      const struct hostclock_snapshot *c,
			      enum hostclock_counter which, const u64 *asleep_ns)
{
	u64 tsc_offset = le64_to_cpu(c->guest.tsc_offset);

	if (hostclock_same_host(&old->params, &c->params, c->tsc - tsc_offset))
		return hostclock_offset(&old->accepted, which);
	return asleep_ns[which] + hostclock_slept_ns(old, c, asleep_ns[HOSTCLOCK_MONO]) -
	       hostclock_params_counter(&c->params, tsc_offset, which, c->tsc);
}
