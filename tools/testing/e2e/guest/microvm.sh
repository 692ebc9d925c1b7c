#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The first process of a guest of QEMU's microvm, whose only port is the console.
. /results.sh

clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
export PATH=/bin:/sbin:/usr/bin:/usr/sbin

await 10 grep -qx hostclock $clocksource
same "the clocksource is hostclock" hostclock "$(cat $clocksource)"
echo "# status $(cat /sys/class/misc/hostclock0/status): $(cat /sys/class/misc/hostclock0/reason)"
device=$(realpath /sys/class/misc/hostclock0/device)
holds "its device is on virtio-mmio" "$device" [ "${device%/*}" != "${device#*virtio-mmio}" ]
same "which is bound to hostclock" hostclock "$(basename "$(realpath "$device/driver")")"
run coherence --clock=REALTIME --count=20000
run nosyscall 20000
[ ! -x /bin/clockbench ] || clockbench guest_microvm 2>&1 | sed 's/^/# bench: /'
for feature in /sys/bus/pci /proc/modules /sys/bus/nd; do
	[ -e $feature ] || echo "# without $feature"
done
echo end
reboot -f
