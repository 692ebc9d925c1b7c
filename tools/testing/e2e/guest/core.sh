#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In a guest whose kernel may have the first series only: every clock, by every way of
# reading it.
. /results.sh

clocksources=/sys/devices/system/clocksource/clocksource0
same "current_clocksource is hostclock" hostclock "$(cat $clocksources/current_clocksource)"
uname -r
cat /proc/self/maps
run nosyscall 100000
run nosyscall32 10000
run coherence --count=100000
run coherence32 --count=10000
run order 20000
run timens 400
run ptp
run devnode
run vdsodata
# By tsc-early, it is not calibrated yet.
await 20 offers tsc
echo tsc >$clocksources/current_clocksource
same "the TSC can be the clocksource" tsc "$(cat $clocksources/current_clocksource)"
run vdsodata --multiplies
echo hostclock >$clocksources/current_clocksource
run vdsodata
exit $failed
