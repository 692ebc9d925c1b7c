#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# In the machine in the middle, L1: the host of the guests on KVM, L2.
. "$(dirname "$0")/../../e2e/lib.sh"
l1=$(cd "$(dirname "$0")" && pwd)
export GUEST_RUN_CONSOLE_DIR=$work/consoles
mkdir "$GUEST_RUN_CONSOLE_DIR"

# What these kernels complain about is for the outermost test's log.
show_consoles() {
	cat "$GUEST_RUN_CONSOLE_DIR"/*.console | sed 's/^/L2: /' >/dev/console
	rm -rf "$work"
}
trap show_consoles EXIT

# kvm_guest LABEL EVENT [OPTIONS] -- COMMAND: a guest, and what L1 does
# meanwhile, a command that can read the guest's output in $work/output.
kvm_guest() {
	local label=$1 event=$2
	shift 2

	: >"$work/output"
	guest "$label" --accel kvm --cpus 1 --add "$build/bin/kvm/standstill:/bin/standstill" \
		--host-cmd "$event" "$@" > >(tee "$work/output")
}

cases=("$@")
[[ ${#cases[@]} -gt 0 ]] || cases=(follow stop migrate restore unasked doorbell compare hosts watchdog)
same "the host's clocksource is the TSC" tsc \
	"$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
for name in "${cases[@]}"; do
	. "$l1/$name.sh"
done
exit $failed
