#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Waits until it has been migrated from a host whose clock was behind by OFF_NS, of
# which that had admitted BOUND_NS.
. /results.sh

state=/sys/class/misc/hostclock0
# What the new host's simulated clock admits, and what its page does, more or less.
UTC_NS=1000000 PAGE_NS=300000

# look CLOCK: how far it is ahead of the host's, in ns. Sets ahead.
look() {
	hostclock status --json >/tmp/status
	ahead=$(($(json_value "$1_diff_low_ns" </tmp/status) +
		$(json_value mono_offset_ns </tmp/status)))
}

within() {
	holds "$1" "$3 is not within $2 and $4" [ "$2" -le "$3" -a "$3" -le "$4" ]
}

look boottime
boot=$ahead
look monotonic
mono=$ahead
same "no gap, no bound" "0 0 0" \
	"$(cat $state/gap_ns $state/gap_error_ns $state/gaps_error_ns | xargs)"
echo "waiting"
await 20 has 4 $state/cause
look boottime
boot=$((ahead - boot))
look monotonic
mono=$((ahead - mono))
bound=$(cat $state/gap_error_ns)
echo "# a gap of $(cat $state/gap_ns) ns: BOOTTIME off by $boot ns, MONOTONIC by $mono ns, bound $bound ns"
# What the exporter found out about the end of the gap just after it is in there, too.
within "BOOTTIME is off by what the old host's clock was" $((OFF_NS - 100000)) "$boot" \
	$((OFF_NS + 100000))
within "so is MONOTONIC, which counts the gap" $((OFF_NS - 100000)) "$mono" $((OFF_NS + 100000))
within "that is within the bound" "-$bound" "$boot" "$bound"
within "the bound is the sum of both hosts'" $((BOUND_NS + UTC_NS)) "$bound" \
	$((BOUND_NS + UTC_NS + PAGE_NS))
same "of all gaps, too" "$bound" "$(cat $state/gaps_error_ns)"
same "hostclock status tells it" "$bound" "$(json_value gap_maxerror_ns </tmp/status)"
hostclock status
same "REALTIME is the new host's" exact "$(json_value realtime_verdict </tmp/status)"
exit $failed
