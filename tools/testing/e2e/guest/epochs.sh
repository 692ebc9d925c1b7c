#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The clock page's epoch changes a thousand times a second.
. /results.sh

run order 20000
run coherence --clock=REALTIME --count=100000
run coherence --clock=MONOTONIC --count=100000
run ntpstate always 20000
resyncs=$(cat /sys/class/misc/hostclock0/resyncs)
echo "# $resyncs resyncs"
holds "the guest resynchronised far more often than once a second" \
	"$resyncs resyncs" [ "$resyncs" -gt "$(($(cut -d. -f1 /proc/uptime) * 10))" ]
hostclock status
same "hostclock status says that all is right" 0 $?
exit $failed
