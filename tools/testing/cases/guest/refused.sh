#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel considers the TSC unstable: who asks why the clock does not follow?
. /results.sh

# says NAME TEXT
says() {
	case $2 in
	*TSC*tsc=reliable*) ok "$1" ;;
	*) not_ok "$1" "$2" ;;
	esac
}

says "sysfs says why, and what to do" "$(cat /sys/class/misc/hostclock0/reason)"
says "so does the log" "$(dmesg | grep 'hostclock.*not following')"
hostclock status >/tmp/status 2>&1
same "hostclock status fails" 3 $?
says "and says why" "$(cat /tmp/status)"
exit $failed
