# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: a VMM without a monitor for the exporter, as those of microVMs are,
# and the guest's pages in virtio-pmem devices, as they have them.
guest_scripts=()
kvm_guest "paused and restored, not asked" "$l1/unasked $work/output" \
	--bus pmem --policy suspend -- \
	sh -c "standstill --right --mono suspend --watch 1 &&
		standstill --epoch --right --mono suspend --watch 3"
