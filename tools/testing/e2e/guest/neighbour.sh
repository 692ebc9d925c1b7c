#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Another guest of the same host, while its neighbour misbehaves.
. /results.sh

run coherence --clock=REALTIME --count=1000000
run order 100000
same "no resync was needed" 0 "$(($(cat /sys/class/misc/hostclock0/disruptions)))"
exit $failed
