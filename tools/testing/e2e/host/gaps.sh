#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# gaps.sh OUTPUT: once the guest says that it waits, lets it miss three gaps at once.
# Run by guest-run's --host-cmd.
. "$(dirname "$0")/control.sh"

guest_waits "$1"
offset=$(ctl status --json |
	sed -n '/"name": *"'"$HOSTCLOCK_GUEST"'"/,/}/s/.*"tsc_offset": *\([-0-9]*\).*/\1/p')
ctl attach "$HOSTCLOCK_GUEST" --tsc-offset "$offset" || exit 1
kill -STOP "$QEMU_PID"
trap 'kill -CONT "$QEMU_PID"' EXIT
for seconds in 2 1 0.5; do
	ctl stop "$HOSTCLOCK_GUEST" && sleep $seconds && ctl cont "$HOSTCLOCK_GUEST" || exit 1
done
