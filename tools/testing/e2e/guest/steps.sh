#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The host's clock is set, and has a leap second, while the guest reads all of
# its clocks without a pause. steps.sh LEAST: resyncs that must have happened.
. /results.sh

state=/sys/class/misc/hostclock0

# As many rounds as the events take, and one more.
round=0 last=0
while [ $last -eq 0 ] && [ $round -lt 60 ]; do
	[ "$(cat $state/resyncs)" -lt "$1" ] || last=1
	round=$((round + 1))
	for clock in REALTIME TAI MONOTONIC BOOTTIME MONOTONIC_RAW; do
		coherence --clock=$clock --count=100000 >/tmp/out || failed=1
		sed -E "s/^(ok|not ok) - /&round $round: /" /tmp/out
	done
done
resyncs=$(cat $state/resyncs)
holds "the clocks followed every event" "$resyncs resyncs, $1 events" \
	[ "$resyncs" -ge "$1" ]
same "and none was a disruption" 0 "$(cat $state/disruptions)"
run ntpstate synchronised
hostclock status
same "hostclock status says that all is right" 0 $?
exit $failed
