#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# usage: hibernation.sh disk|elsewhere|wake: the first two are suspend's STATEs.
# Its memory is saved to the first virtio-blk disk. What was saved goes on with its own command,
# which says what there is to say: the one of wake ends there.
. /results.sh

swap=/dev/vda

[ ! -e /virtio_blk.ko ] || insmod /virtio_blk.ko
await 10 [ -b $swap ] || not_ok "there is a disk" "no $swap"
if [ "$1" = wake ]; then
	cat /sys/class/block/vda/dev >/sys/power/resume
	not_ok "what was saved goes on" "$(dmesg | tail -n 5)"
	exit 1
fi
mkswap $swap && swapon $swap || failed=1
echo shutdown >/sys/power/disk
echo "# hibernates"
sh /suspend.sh 1 "" "$1" 0 1 || failed=1
hostclock status
same "hostclock status says that all is right" 0 $?
exit $failed
