# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: live migration from one QEMU to another.
# The exporter learns that QEMU has stopped the guest a moment later, and what
# MONOTONIC counts of that moment is not judged.
guest_scripts=()
kvm_guest "migrated" "$l1/migrate $work/output" --transport private -- \
	sh -c "standstill --epoch --right --watch 3 && coherence --count=200000"
