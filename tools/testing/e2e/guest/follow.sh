#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In a guest that follows its host: every clock, by every way of reading it.
. /results.sh

clocksources=/sys/devices/system/clocksource/clocksource0

same "current_clocksource is hostclock" hostclock \
	"$(cat $clocksources/current_clocksource)"
holds "it was preferred to tsc" "$(cat $clocksources/available_clocksource)" \
	grep -qw tsc $clocksources/available_clocksource
run nosyscall 1000000
run nosyscall32 100000
run coherence --count=1000000
run coherence32 --count=100000
run order 200000
run order32 20000
run vdsodata
run ntpstate synchronised
run timens 4000
run ptp
run devnode

hostclock status
same "hostclock status says that all is right" 0 $?
hostclock status --json >/tmp/status
cat /tmp/status
same "hostclock status: kernel and vDSO" "core, on" \
	"$(json_value core </tmp/status), $(json_value vdso </tmp/status)"
same "hostclock status: REALTIME" exact "$(json_value realtime_verdict </tmp/status)"
same "hostclock status: TAI" exact "$(json_value tai_verdict </tmp/status)"
same "hostclock status: MONOTONIC" constant "$(json_value monotonic_verdict </tmp/status)"
same "hostclock status: BOOTTIME" constant "$(json_value boottime_verdict </tmp/status)"
same "hostclock status: RAW" constant "$(json_value raw_verdict </tmp/status)"
exit $failed
