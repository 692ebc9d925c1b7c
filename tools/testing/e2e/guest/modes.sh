#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the modes raw and ptp leave to the guest, and what they do not.
. /results.sh

clocksource=$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)

if [ "$HOSTCLOCK_MODE" = raw ]; then
	same "current_clocksource is hostclock-raw" hostclock-raw "$clocksource"
	run coherence --clock=MONOTONIC_RAW --count=200000
	run nosyscall 100000
	run order 50000
else
	# tsc-early until the kernel has calibrated it
	same "current_clocksource is tsc" tsc "${clocksource%-early}"
fi
same "sysfs says the mode" "$HOSTCLOCK_MODE" \
	"$(cat /sys/class/misc/hostclock0/mode)"
run ntpstate unsynchronised
run ptp --own-clock
run devnode
hostclock status
same "hostclock status says that all is right" 0 $?
exit $failed
