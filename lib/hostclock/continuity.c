// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include <hostclock/continuity.h>
#include <hostclock/export.h>
#include <hostclock/reader.h>

/* One of the host's counters, ns, at a guest TSC; before cycle_last, its value there. */
static u64 hostclock_timeline_ns(const struct hostclock_timeline *s,
				 enum hostclock_counter which, u64 tsc)
{
	u64 delta;

	hostclock_position(s->params, tsc - s->tsc_offset, &delta);
	return hostclock_params_ns(s->params, which, delta);
}

/**
 * hostclock_gap_ns - the REALTIME that passed between two timelines
 * @before: the timeline that ended
 * @end_tsc: guest TSC at its end
 * @after: the timeline that began; offsets for MONOTONIC and RAW are not used
 * @start_tsc: guest TSC at its start
 *
 * Return: REALTIME at the start less REALTIME at the end, ns; 0 if that is
 * negative, U64_MAX never: both are below 2^63.
 */
u64 hostclock_gap_ns(const struct hostclock_timeline *before, u64 end_tsc,
		     const struct hostclock_timeline *after, u64 start_tsc)
{
	struct hostclock_clocks end, start;
	s64 end_ns, start_ns;

	hostclock_clocks_at(before->params, NULL, end_tsc - before->tsc_offset,
			    &end);
	hostclock_clocks_at(after->params, NULL, start_tsc - after->tsc_offset,
			    &start);
	end_ns = hostclock_time_ns(end.realtime);
	start_ns = hostclock_time_ns(start.realtime);
	return start_ns > end_ns ? (u64)start_ns - (u64)end_ns : 0;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_gap_ns);

/**
 * hostclock_continue - the offsets that make MONOTONIC and RAW continuous
 * @before: the timeline that ended
 * @end_tsc: guest TSC at its end, at or after its cycle_last
 * @after: the timeline that begins; params and tsc_offset are given, mono_offset
 *	   and raw_offset are set
 * @start_tsc: guest TSC at its start, at or after its cycle_last
 * @gap_ns: what passed in between, see hostclock_gap_ns()
 * @policy: what MONOTONIC does about it
 * @jump: where to put how far each clock jumps
 *
 * At start_tsc, MONOTONIC is what it was at end_tsc, plus gap_ns if the policy is
 * to count it; RAW is what it was.  Exact to the ns; from there on both advance
 * at the new timeline's rates, never back.  The hosts' own MONOTONIC and RAW and
 * the two TSC values may differ by any amount, either way.
 *
 * Return: false, and @after unchanged, if MONOTONIC or RAW would leave 0 to
 * 2^63 - 1 ns.
 */
bool hostclock_continue(const struct hostclock_timeline *before, u64 end_tsc,
			struct hostclock_timeline *after, u64 start_tsc,
			u64 gap_ns, enum hostclock_gap_policy policy,
			struct hostclock_jump *jump)
{
	u64 mono = hostclock_timeline_ns(before, HOSTCLOCK_MONO, end_tsc) +
		   before->mono_offset;
	u64 raw = hostclock_timeline_ns(before, HOSTCLOCK_RAW, end_tsc) +
		  before->raw_offset;
	u64 counted = policy == HOSTCLOCK_GAP_STEAL ? gap_ns : 0;

	/* mono is checked first, so mono + counted cannot wrap in the check */
	if ((s64)mono < 0 || counted > (u64)HOSTCLOCK_S64_MAX - mono ||
	    (s64)raw < 0)
		return false;
	after->mono_offset = mono + counted -
		hostclock_timeline_ns(after, HOSTCLOCK_MONO, start_tsc);
	after->raw_offset = raw -
		hostclock_timeline_ns(after, HOSTCLOCK_RAW, start_tsc);
	jump->mono_ns = counted;
	jump->boot_ns = gap_ns - counted;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(hostclock_continue);
