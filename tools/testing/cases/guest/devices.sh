#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A third device, which another VM may write to, offers pages as well. The clock stays the
# first ones', whatever is unbound and bound. devices.sh STRANGER: is it looked at?
. /results.sh

state=/sys/class/misc/hostclock0
driver=/sys/bus/pci/drivers/hostclock

# of driver $1
devices() { (cd "/sys/bus/pci/drivers/$1" && ls -d 0000:*) 2>/dev/null | tr '\n' ' '; }

follows_guest() {
	[ "$(sed -n 's/PCI_SLOT_NAME=//p' $state/device/uevent 2>/dev/null)" = "$guest" ] &&
		[ "$(cat $state/wall)" = follow ]
}

# follows WHAT: within 3 s
follows() {
	await 3 follows_guest
	same "$1: the device is the same" "$guest" "$(sed -n 's/PCI_SLOT_NAME=//p' $state/device/uevent)"
	same "$1: wall" follow "$(cat $state/wall)"
	same "$1: the date" "$before" "$(date -u +%Y-%m)"
	run coherence --clock=REALTIME --count=3000
}

# unbound WHAT: there is no clock that could be taken for ours
unbound() {
	sleep 0.5
	same "$1: nothing is followed" none "$(cat $state/clocksource 2>/dev/null || echo none)"
	same "$1: the date goes on" "$before" "$(date -u +%Y-%m)"
}

guest=$(sed -n 's/PCI_SLOT_NAME=//p' $state/device/uevent)
before=$(date -u +%Y-%m)
# shellcheck disable=SC2046
set -- "$1" $(devices hostclock)
echo "# stranger $1, devices $*; the guest page's is $guest"
if [ "$1" = looked-at ]; then
	same "there is a third device" 4 $#
	same "the log says who is not followed" 1 "$(dmesg | grep -c "$4: .*others are followed")"
	clock=$2
else
	same "the third device is left alone" 3 $#
	clock=$2
fi
sleep 1.5	# the forger is done
follows "forged pages"

echo "$guest" >$driver/unbind
unbound "without the guest page's device"
echo "$guest" >$driver/bind
follows "with it again"

echo "$clock" >$driver/unbind
unbound "without the clock page's device"
echo "$guest" >$driver/unbind
echo "$guest" >$driver/bind
unbound "still without it"
echo "$clock" >$driver/bind
follows "with both again"

if [ "$1" = looked-at ]; then
	echo "$4" >$driver/unbind
	echo "$4" >$driver/bind
	follows "the stranger is bound again"
fi
exit $failed
