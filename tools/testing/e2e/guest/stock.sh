#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# hostclock.ko in a distribution's kernel: everything but the vDSO.
. /results.sh

clocksources=/sys/devices/system/clocksource/clocksource0

uname -r
holds "the module is loaded" "$(cat /proc/modules)" grep -q '^hostclock ' /proc/modules
same "current_clocksource is hostclock" hostclock \
	"$(cat $clocksources/current_clocksource)"
# TAI's offset is not a module's to set: adjtimex() is, an NTP daemon's.
run coherence --clock=REALTIME --count=200000
for clock in MONOTONIC MONOTONIC_RAW BOOTTIME; do
	run coherence --clock=$clock --count=200000
done
run order 100000
run ptp
run devnode
hostclock status

# Readers are at work while the module goes and comes back.
order 2000000 >/tmp/order 2>&1 &
rmmod hostclock
same "rmmod hostclock" 0 $?
holds "the clocksource is another one now" \
	"$(cat $clocksources/current_clocksource)" \
	[ "$(cat $clocksources/current_clocksource)" != hostclock ]
holds "the device is gone" "it is there" [ ! -e /dev/hostclock0 ]
holds "the PTP clock is gone" "$(ls /sys/class/ptp)" \
	[ -z "$(grep -l hostclock /sys/class/ptp/*/clock_name 2>/dev/null)" ]
insmod /lib/modules/hostclock.ko
same "insmod hostclock.ko again" 0 $?
tries=100
while ! grep -qx hostclock $clocksources/current_clocksource &&
	[ $tries -gt 0 ]; do
	sleep 0.1
	tries=$((tries - 1))
done
same "the clocksource is hostclock again" hostclock \
	"$(cat $clocksources/current_clocksource)"
run coherence --clock=REALTIME --count=20000
wait $!
status=$?
grep -v '^ok - .*REALTIME\|^ok - .*TAI' /tmp/order | sed 's/^ok - /&while the module goes and comes: /'
exit $failed
