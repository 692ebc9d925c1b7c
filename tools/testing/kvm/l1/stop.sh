# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the guest is stopped and continued. Its TSC runs on
# meanwhile, so that without a word from the exporter nothing has happened.
guest_scripts=()
kvm_guest "stopped by its monitor for 6 s" "$l1/stop-cont monitor $work/output 6" -- \
	standstill --right --mono steal --watch 3
for policy in suspend steal; do
	kvm_guest "stopped by the exporter for 6 s, policy $policy" \
		"$l1/stop-cont exporter $work/output 6" --policy $policy -- \
		standstill --right --mono $policy --watch 3
done
