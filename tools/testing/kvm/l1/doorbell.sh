# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the doorbell, by KVM's irqfd, of a guest that sleeps.
guest_scripts=()
printf '%s\n' "3 step 5" "5 slew 300" "6 status freerunning" >"$work/script"
kvm_guest "doorbell" : --doorbell --clock sim --host-script "$work/script" \
	--add "$top/tools/testing/kvm/guest/doorbell.sh" -- sh /doorbell.sh
