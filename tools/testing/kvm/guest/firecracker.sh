#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The first process of a guest of Firecracker's: does what it is told on its console.
. /results.sh

clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
stty -echo

await 60 grep -qx hostclock $clocksource
same "the clocksource is hostclock" hostclock "$(cat $clocksource)"
device=$(realpath /sys/class/misc/hostclock0/device)
same "its device is bound to hostclock" hostclock "$(basename "$(realpath "$device/driver")")"
echo "# status $(cat /sys/class/misc/hostclock0/status), device $device"
run coherence --clock=REALTIME --count=20000
run nosyscall 20000
echo booted
while read -r word; do
	case $word in
	time) adjtimex | awk '/time.tv_sec/ { s = $2 } /time.tv_usec/ { u = $2 }
		END { printf "time %d%06d\n", s, u }' ;;
	watch)
		run standstill --epoch --right --watch 3
		echo watched ;;
	end) reboot -f ;;
	esac
done
