# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: live migration from one QEMU to another. The exporter hears
# from QEMU when that stops the guest, or learns of it when all has arrived. Each way with
# one policy, by HOSTCLOCK_FULL=1 with both.
guest_scripts=()
for how in heard late; do
	for policy in default suspend; do
		[[ ${HOSTCLOCK_FULL:-} || $how-$policy == @(heard-default|late-suspend) ]] || continue
		counts=steal
		[[ $policy == default ]] || counts=$policy
		kvm_guest "migrated, $how, policy $policy" "$l1/migrate $work/output live $how" \
			--transport private --policy $policy -- \
			sh -c "standstill --epoch --right --mono $counts --watch 3 && coherence --count=200000"
	done
done
