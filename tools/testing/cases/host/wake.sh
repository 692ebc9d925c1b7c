#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: wake.sh TIMES SECONDS: the guest that suspends itself to idle is woken after so
# long, by a byte from its serial port; the second time, its VM is stopped meanwhile.
# Run by guest-run's --host-cmd.
. "$(dirname "$0")/../../e2e/host/control.sh"
. "$(dirname "$0")/../../e2e/results.sh"

# asleep TIMES: so often it was
asleep() {
	[ "$(grep -ac 'PM: suspend entry' "$GUEST_RUN_CONSOLE")" -ge "$1" ]
}

for ((i = 1; i <= $1; i++)); do
	await 60 asleep "$i"
	sleep 1
	if ((i == 2)); then
		ctl stop "$HOSTCLOCK_GUEST" && sleep 1 && ctl cont "$HOSTCLOCK_GUEST" || exit 1
	fi
	sleep "$2"
	echo >"${QMP_SOCKET%/*}/out.in"
done
# It is ended with the guest.
sleep 300
