# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: a guest is saved in a file, and restored from it by another QEMU.
# Each way with one policy, by HOSTCLOCK_FULL=1 with both.
guest_scripts=()
for how in heard late; do
	for policy in default steal; do
		[[ ${HOSTCLOCK_FULL:-} || $how-$policy == @(heard-steal|late-default) ]] || continue
		counts=suspend
		[[ $policy == default ]] || counts=$policy
		kvm_guest "restored, $how, policy $policy" "$l1/migrate $work/output saved $how" \
			--transport private --policy $policy -- \
			standstill --epoch --right --mono $counts --watch 3
	done
done
