#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Is stopped several times before it looks again: what its clocks make of that.
. /results.sh

state=/sys/class/misc/hostclock0
# How wide the readings of two differences are.
READ_NS=100000

# look: how far the clocks are ahead of the host's, in ns.
look() {
	local offset raw

	hostclock status --json >/tmp/status
	offset=$(json_value mono_offset_ns </tmp/status)
	raw=$(json_value raw_offset_ns </tmp/status)
	boot=$(($(json_value boottime_diff_low_ns </tmp/status) + offset))
	mono=$(($(json_value monotonic_diff_low_ns </tmp/status) + offset))
	raw=$(($(json_value raw_diff_low_ns </tmp/status) + raw))
	echo "boot=$boot mono=$mono raw=$raw"
}

# near NAME FOUND WANT
near() {
	local off=$(($2 - $3))

	holds "$1" "$2 ns, not $3" [ $off -le $READ_NS -a $off -ge -$READ_NS ]
}

eval "$(look)"
boot0=$boot mono0=$mono raw0=$raw
disruptions=$(cat $state/disruptions)
echo "waiting"
i=0
until [ "$(cat $state/disruptions)" -gt "$disruptions" ] || [ $i -ge 200 ]; do
	sleep 0.1
	i=$((i + 1))
done
eval "$(look)"
gap=$(json_value gap_ns </tmp/status) gaps=$(json_value gaps_ns </tmp/status)
echo "# $gap ns in the last gap, $gaps ns in all"
holds "it missed some gaps" "$gap ns in the last, $gaps ns in all" [ "$gaps" -gt $((gap + 3000000000)) ]
near "BOOTTIME counts all gaps" $((boot - boot0)) 0
near "MONOTONIC_RAW counts none" $((raw - raw0)) "-$gaps"
if [ "$POLICY" = steal ]; then
	near "MONOTONIC counts all" $((mono - mono0)) 0
else
	near "MONOTONIC counts none" $((mono - mono0)) "-$gaps"
fi
same "REALTIME is right" exact "$(json_value realtime_verdict </tmp/status)"
exit $failed
