#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# usage: suspend.sh DISRUPTIONS EVENTS STATE SECONDS TIMES: so often the VM is stopped
# meanwhile, and what else is to be reported.
# STATE core: to RAM, but the last CPU waits for 5 s instead, so the VM runs and can be stopped.
. /results.sh

state=/sys/class/misc/hostclock0
disruptions=$(($(cat $state/disruptions) + $1))
events=$2
shift 2
case $1 in
core)
	echo core >/sys/power/pm_test
	shift
	set -- mem "$@"
	;;
freeze)
	# For who wakes it: the port of standard output
	echo enabled >/sys/class/tty/ttyS1/power/wakeup
	;;
esac
if [ -e /resumes.ko ]; then
	mount -t debugfs none /sys/kernel/debug 2>/dev/null
	insmod /resumes.ko || failed=1
	set -- "$@" /sys/kernel/debug/resumes
fi
uevents >/tmp/uevents &
sleep 0.2
run /bin/suspend "$@"
sleep 0.5
same "so often it was disrupted" "$disruptions" "$(cat $state/disruptions)"
same "nothing else is reported" "$events" \
	"$(sed -nE 's/.*HOSTCLOCK_EVENT=(degraded|recovered|detached|attached|step|status) .*/\1/p' /tmp/uevents | tr '\n' ' ')"
kill $!
dmesg | grep -iE "hostclock|clocksource|suspend" | tail -n 20 | sed 's/^/# /'
echo "# done"
exit $failed
