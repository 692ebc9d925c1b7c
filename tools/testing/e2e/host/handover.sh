#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# handover.sh OUTPUT OFF_NS BOUND_NS: once the guest says that it waits, takes it over
# from a host whose clock was behind UTC by OFF_NS when the guest stopped, and which
# said that this might be up to BOUND_NS. Run by guest-run's --host-cmd.
. "$(dirname "$0")/control.sh"

guest_waits "$1"
ctl stop "$HOSTCLOCK_GUEST" || exit 1
tuple=$(ctl handover "$HOSTCLOCK_GUEST") || exit 1
realtime=$(sed -n 's/.*"realtime_ns": *\([0-9]*\).*/\1/p' <<<"$tuple")
tuple=$(sed -e 's/"realtime_ns": *[0-9]*/"realtime_ns":'$((realtime - $2))/ \
	-e 's/"utc_maxerror_ns": *[0-9]*/"utc_maxerror_ns":'"$3/" <<<"$tuple")
ctl detach "$HOSTCLOCK_GUEST" && ctl takeover "$HOSTCLOCK_GUEST" <<<"$tuple" || exit 1
sleep 1
ctl attach "$HOSTCLOCK_GUEST" --pid "$QEMU_PID" --qmp "$QMP_SOCKET" &&
	ctl cont "$HOSTCLOCK_GUEST"
