# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: a guest that is a host itself, as virtual machines of clouds are.
# Its clocksource is kvm-clock, which is as good as the TSC.
guest_scripts=(hosts.sh)
guest "a host on KVM" "${host_options[@]}" --accel kvm --cpus 1 \
	--append "clocksource=kvm-clock tsc=reliable" -- sh /hosts.sh
