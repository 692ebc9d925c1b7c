#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# gaps.sh OUTPUT [LATE]: once the guest says that it waits, lets it miss three gaps at once.
# LATE: it runs on for so many seconds after the first of them has begun, as one does whose
# monitor is slow to stop it. Run by guest-run's --host-cmd.
. "$(dirname "$0")/control.sh"

guest_waits "$1"
offset=$(ctl status --json |
	sed -n '/"name": *"'"$HOSTCLOCK_GUEST"'"/,/}/s/.*"tsc_offset": *\([-0-9]*\).*/\1/p')
ctl attach "$HOSTCLOCK_GUEST" --tsc-offset "$offset" || exit 1
trap 'kill -CONT "$QEMU_PID"' EXIT
if [[ ${2:-} ]]; then
	ctl stop "$HOSTCLOCK_GUEST" && sleep "$2" || exit 1
fi
kill -STOP "$QEMU_PID"
# A signal is not obeyed at once: what runs on after its stop has its clocks set back.
while cat /proc/"$QEMU_PID"/task/*/stat | sed 's/.*) //' | grep -qv '^[Tt]'; do
	sleep 0.01
done
[[ ! ${2:-} ]] || ctl cont "$HOSTCLOCK_GUEST" || exit 1
for seconds in 2 1 0.5; do
	ctl stop "$HOSTCLOCK_GUEST" && sleep $seconds && ctl cont "$HOSTCLOCK_GUEST" || exit 1
done
