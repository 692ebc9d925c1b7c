# SPDX-License-Identifier: GPL-2.0
# Sourced by a guest's first process, in place of guest-run's: see init_image in lib.sh.
. /results.sh

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
export PATH=/bin:/sbin:/usr/bin:/usr/sbin

# follows SECONDS: does the guest follow its host's clock after so long at most? Sets device.
follows() {
	local clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource
	local state=/sys/class/misc/hostclock0

	await "$1" grep -qx hostclock $clocksource
	same "the clocksource is hostclock" hostclock "$(cat $clocksource)"
	device=$(realpath $state/device)
	echo "# status $(cat $state/status): $(cat $state/reason); device $device"
	same "its device is bound to hostclock" hostclock "$(basename "$(realpath "$device/driver")")"
	run coherence --clock=REALTIME --count=20000
	run nosyscall 20000
}
