# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the guest is stopped and continued by its monitor. Its TSC
# runs on meanwhile.
guest_scripts=()
kvm_guest "stopped for 5 s" "$l1/stop-cont $work/output 5" -- \
	standstill --right --watch 3
