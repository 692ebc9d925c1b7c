# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the same for a guest that has what KVM offers: its clock is
# kvm-clock, and chronyd looks at ptp_kvm. The page only tells what is true.
guest_scripts=()
kvm_guest "kvm-clock, stopped for 6 s" "$l1/stop-cont monitor $work/output 6 6" \
	--mode ptp --append clocksource=kvm-clock \
	--add "$l1/../guest/kvmclock.sh:/kvmclock.sh" -- sh /kvmclock.sh
