#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# usage: gaps.sh TIMES SECONDS: as under KVM, the guest does not run for so long and its
# TSC does, and hostclockd is told.  Beside guest-run, of whose variables it has need.
. "$(dirname "$0")/../../e2e/results.sh"

ctl() {
	"$HOSTCLOCKCTL" --dir "$HOSTCLOCK_DIR" "$@"
}

# noticed TIMES: the guest has. Gaps that it does not run between, on a busy machine, are
# one to it.
noticed() {
	[ "$(grep -ac 'hostclock.*disruption' "$GUEST_RUN_CONSOLE")" -ge "$1" ]
}

offset=$(ctl status --json | sed -n '/"name": *"'"$HOSTCLOCK_GUEST"'"/,/}/s/.*"tsc_offset": *\([-0-9]*\).*/\1/p')
ctl attach "$HOSTCLOCK_GUEST" --tsc-offset "$offset" || exit 1
trap 'kill -CONT "$QEMU_PID"' EXIT
for i in $(seq "$1"); do
	sleep 1.3
	kill -STOP "$QEMU_PID"
	ctl stop "$HOSTCLOCK_GUEST"
	sleep "$2"
	ctl cont "$HOSTCLOCK_GUEST"
	kill -CONT "$QEMU_PID"
	await 30 noticed "$i"
done
# It is ended with the guest.
sleep 300
