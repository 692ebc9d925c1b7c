#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The first process of a guest of QEMU's microvm, whose only port is the console.
. /bare.sh

follows 10
holds "its device is on virtio-mmio" "$device" [ "${device%/*}" != "${device#*virtio-mmio}" ]
[ ! -x /bin/clockbench ] || clockbench guest_microvm 2>&1 | sed 's/^/# bench: /'
for feature in /sys/bus/pci /proc/modules /sys/bus/nd; do
	[ -e $feature ] || echo "# without $feature"
done
echo end
reboot -f
