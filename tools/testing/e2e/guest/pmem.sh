#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The pages are in two virtio-pmem devices, beside disks of that kind: two with
# ext2, behind as many as the first argument says. Where the drivers are modules, they
# come in either order.
. /results.sh

first=$1
virtio=/sys/bus/virtio
clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource

# devices DRIVER: how many it has
devices() {
	ls -d $virtio/drivers/"$1"/virtio* 2>/dev/null | wc -l
}

pmem_disks() {
	find /dev -name 'pmem*' | wc -l
}

is_followed() {
	grep -qx hostclock $clocksource
}

are_there() {
	[ "$(pmem_disks)" -eq "$1" ]
}

# follows NAME: the clock is the host's
follows() {
	holds "$1: followed" "$(cat $clocksource; dmesg | tail -n 5)" await 10 is_followed
	coherence --clock=REALTIME --count=20000 | sed "s/^\(ok\|not ok\) - /&$1: /" >/tmp/out
	grep -q '^ok' /tmp/out && ! grep -q '^not ok' /tmp/out || failed=1
	cat /tmp/out
}

# intact NAME: both disks are readable and take what is written
intact() {
	local n

	for n in $first $((first + 1)); do
		mkdir -p /mnt
		mount -t ext2 /dev/pmem$n /mnt || mount -t ext4 /dev/pmem$n /mnt
		same "$1: the content of /dev/pmem$n" "what the disk is for" "$(cat /mnt/content)"
		echo "written by the guest" >/mnt/written
		umount /mnt
	done
}

# status DRIVER: of its devices, as virtio counts it
status() {
	cat $virtio/drivers/"$1"/virtio*/status | sort -u
}

builtin_kernel() {
	follows "beside disks"
	run nosyscall 20000
	same "hostclock has the pages' devices" 2 "$(devices hostclock)"
	same "and does not initialize them" 0x00000001 "$(status hostclock)"
	same "virtio_pmem has the disks'" $((first + 2)) "$(devices virtio_pmem)"
	same "and only they are disks" $((first + 2)) "$(pmem_disks)"
	intact "beside the pages"
	same "the pages' addresses are reserved" 2 "$(grep -c 'hostclock, for good' /proc/iomem)"
	for device in "$virtio"/drivers/hostclock/virtio*; do
		echo "${device##*/}" >$virtio/drivers/hostclock/unbind
	done
	holds "unbound, the clock is another" "$(cat $clocksource)" [ "$(cat $clocksource)" != hostclock ]
	intact "after unbinding"
}

load() {
	local module

	for module; do
		insmod "$module" || echo "not ok - insmod $module"
	done
}

unload() {
	local module

	for module; do
		rmmod "$module" || echo "not ok - rmmod $module"
	done
}

# Its devices' disks would keep it.
unload_virtio_pmem() {
	local device

	for device in "$virtio"/drivers/virtio_pmem/virtio*; do
		echo "${device##*/}" >$virtio/drivers/virtio_pmem/unbind
	done
	unload nd_pmem virtio_pmem
}

disk_modules="/nvdimm/libnvdimm.ko /nvdimm/nd_virtio.ko /nvdimm/nd_btt.ko"

modular_kernel() {
	follows "hostclock first"
	same "hostclock first: it has the pages' devices" 2 "$(devices hostclock)"
	load $disk_modules /nvdimm/virtio_pmem.ko /nvdimm/nd_pmem.ko
	holds "hostclock first: the disks are there" "$(ls /dev)" await 10 are_there 2
	same "hostclock first: virtio_pmem has the disks' devices" 2 "$(devices virtio_pmem)"
	intact "hostclock first"
	follows "hostclock first, then the disks"

	unload_virtio_pmem
	unload hostclock
	same "without drivers no device has one" 0 "$(ls -d $virtio/devices/*/driver 2>/dev/null | wc -l)"
	load /nvdimm/virtio_pmem.ko /nvdimm/nd_pmem.ko
	holds "virtio_pmem first: it has all devices" "$(devices virtio_pmem)" [ "$(devices virtio_pmem)" -eq 4 ]
	load /lib/modules/hostclock.ko
	follows "virtio_pmem first"
	same "virtio_pmem first: it keeps its devices" 4 "$(devices virtio_pmem)"
	intact "virtio_pmem first"
	unload_virtio_pmem
	follows "virtio_pmem gone"
	unload hostclock
	holds "all gone, the clock is another" "$(cat $clocksource)" [ "$(cat $clocksource)" != hostclock ]

	# Devices that come while the driver is there, which needs a module of virtio_pci
	[ -e /lib/modules/virtio_pci.ko ] || return 0
	unload virtio_pci
	load /lib/modules/hostclock.ko /nvdimm/virtio_pmem.ko /nvdimm/nd_pmem.ko /lib/modules/virtio_pci.ko
	follows "devices last"
	holds "devices last: the disks are there" "$(ls /dev)" await 10 are_there 2
	same "devices last: hostclock has the pages'" 2 "$(devices hostclock)"
	intact "devices last"
	unload virtio_pci
	holds "devices gone, the clock is another" "$(cat $clocksource)" [ "$(cat $clocksource)" != hostclock ]
}

if [ -e /lib/modules/hostclock.ko ]; then
	modular_kernel
else
	builtin_kernel
fi
exit $failed
