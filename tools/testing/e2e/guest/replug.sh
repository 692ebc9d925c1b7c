#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The doorbell rings all the time while its device, or the driver, goes and comes.
. /results.sh

sysfs=/sys/class/misc/hostclock0
device=$(realpath $sysfs/device)

# rings_grow: it rings
rings_grow() {
	local before tries=100

	before=$(cat $sysfs/rings 2>/dev/null)
	while [ $tries -gt 0 ]; do
		sleep 0.1
		[ "$(cat $sysfs/rings 2>/dev/null)" -gt "${before:-0}" ] 2>/dev/null && return 0
		before=$(cat $sysfs/rings 2>/dev/null)
		tries=$((tries - 1))
	done
	return 1
}

# gone_and_back COMMAND: 10 times
gone_and_back() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		"$1" || return 1
		rings_grow || return 1
	done
}

unplug() {
	echo 1 >"$device/remove"
	[ ! -e $sysfs ] || return 1
	echo 1 >/sys/bus/pci/rescan
}

reload() {
	rmmod hostclock && insmod /lib/modules/hostclock.ko
}

holds "it rings" "$(cat $sysfs/rings)" rings_grow
holds "its device goes and comes, 10 times" "$(cat $sysfs/rings)" gone_and_back unplug
if [ -e /lib/modules/hostclock.ko ]; then
	holds "so does the driver" "$(cat $sysfs/rings)" gone_and_back reload
fi
dmesg | grep -E "WARNING|BUG|Oops|no doorbell|irq .*nobody cared" >/tmp/bad
same "nothing bad in the log" "" "$(cat /tmp/bad)"
holds "the clock is the host's" "$(hostclock status)" coherence --clock=REALTIME --count=10000
exit $failed
