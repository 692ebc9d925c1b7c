#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# hostclock.ko in a distribution's kernel where the clock cannot be set from an interrupt: the
# clocks are the host's, read by system calls, and status says so.
. /results.sh
. /reload.sh
sysfs=/sys/class/misc/hostclock0

uname -rv
holds "this kernel is one for real-time work" "$(uname -v)" grep -q PREEMPT_RT /proc/version
same "current_clocksource is hostclock" hostclock \
	"$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
same "why the vDSO does not read the clock" \
	"with PREEMPT_RT no interrupt can set the clock" "$(cat $sysfs/vdso)"
for clock in REALTIME MONOTONIC BOOTTIME; do
	run coherence --clock=$clock --count=100000
done
run order 20000
run ptp
run devnode
hostclock status >/tmp/status
same "hostclock status says that the clock is right" 0 $?
cat /tmp/status
holds "and how it is read" "it does not" \
	grep -q "unpatched; clocks are read by system calls: with PREEMPT_RT" /tmp/status
holds "and that this kernel's TAI is not" "it does not" grep -q "TAI.*not set in this kernel" /tmp/status

reload_under_readers 200000 true true
run coherence --clock=REALTIME --count=20000
exit $failed
