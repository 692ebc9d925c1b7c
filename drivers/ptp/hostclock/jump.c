// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the clocks do about a gap: time that passed on the host while the guest
 * did not run.
 */
#include <linux/minmax.h>

#include "hostclock.h"

static bool hostclock_steals(const struct hostclock_guest_page *guest)
{
	u8 policy = hostclock_policy();

	if (policy == HOSTCLOCK_POLICY_DEFAULT)
		policy = guest->mono_policy;
	if (policy == HOSTCLOCK_POLICY_DEFAULT)
		return guest->cause == HOSTCLOCK_CAUSE_MIGRATION;
	return policy == HOSTCLOCK_POLICY_STEAL;
}

/*
 * What the guest did not see since the view was made, in one epoch or several; or
 * just the last gap if the page does not say, or is another generation's.
 */
static u64 hostclock_new_gap_ns(const struct hostclock_guest_page *guest)
{
	u64 gaps_ns = le64_to_cpu(guest->gaps_ns);
	u64 seen_ns = hostclock.state.gaps_ns;

	if (!gaps_ns ||
	    le64_to_cpu(guest->generation) != hostclock.state.generation)
		return le64_to_cpu(guest->gap_ns);
	return gaps_ns > seen_ns ? gaps_ns - seen_ns : 0;
}

/**
 * hostclock_choose_jump - how far the clocks jump at the start of a guest epoch
 * @c: validated
 * @same_gap: what is new is a correction of the last gap
 * @room_ns: how far the counter may jump
 * @change: where to put it
 *
 * The guest's own policy wins over the page's hint.  By default a migration's
 * gap is counted by MONOTONIC, as it is by a guest that is not migrated, and
 * any other gap by BOOTTIME alone.  So is one for which MONOTONIC has no room.
 * A correction goes where the gap went.
 */
void hostclock_choose_jump(const struct hostclock_capture *c, bool same_gap,
			   u64 room_ns, struct hostclock_change *change)
{
	u64 gap_ns = hostclock_new_gap_ns(&c->guest);

	change->stolen = same_gap ? hostclock.state.stolen :
				    hostclock_steals(&c->guest);
	if (gap_ns > min(room_ns, hostclock_core_max_jump_ns()))
		change->stolen = false;
	if (change->stolen) {
		change->counter_jump_ns = gap_ns;
		change->mono_jump_ns = gap_ns;
	} else {
		change->boot_jump_ns = gap_ns;
	}
}
