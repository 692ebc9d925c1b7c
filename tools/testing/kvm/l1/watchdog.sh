# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: gaps that the guest's TSC has not, and what the kernel's watchdog makes
# of the TSC and of kvm-clock, which are both there.
guest_scripts=()
cases=$top/tools/testing/cases
kvm_guest "watchdog" "HOSTCLOCKCTL=$build/bin/hostclockctl exec sh $cases/host/gaps.sh 6 0.3" \
	--add "$cases/guest/watchdog.sh" -- sh /watchdog.sh 6
