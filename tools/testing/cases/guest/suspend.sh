#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# usage: suspend.sh DISRUPTIONS STATE SECONDS TIMES: so often the VM is stopped meanwhile.
# STATE core: to RAM, but the last CPU waits for 5 s instead, so the VM runs and can be stopped.
. /results.sh

state=/sys/class/misc/hostclock0
disruptions=$(($(cat $state/disruptions) + $1))
shift
if [ "$1" = core ]; then
	echo core >/sys/power/pm_test
	shift
	set -- mem "$@"
fi
uevents >/tmp/uevents &
sleep 0.2
run /bin/suspend "$@"
sleep 0.5
same "so often it was disrupted" "$disruptions" "$(cat $state/disruptions)"
same "nothing else to report" "" \
	"$(grep -oE 'HOSTCLOCK_EVENT=(degraded|recovered|detached|attached|step|status)' /tmp/uevents | sort | uniq -c)"
kill $!
dmesg | grep -iE "hostclock|clocksource|suspend" | tail -n 20 | sed 's/^/# /'
exit $failed
