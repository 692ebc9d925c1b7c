# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the host sleeps, while its kernel writes the page.
. "$l1/export.sh"
guest_scripts=()
export_start
kvm_guest "the host sleeps for 6 s" "$l1/host-sleep $work/output 6" -- \
	standstill --right --watch 3
export_end "the host sleeps"
