#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A guest that follows some other page than the unscaled strict one.
# formats.sh FORMAT SMEAR COUNT
. /results.sh

hostclock status
same "hostclock status says that all is right" 0 $?
hostclock status --json >/tmp/status
same "the page is $1" "$1" "$(json_value page_format </tmp/status)"
same "the page is $2" "$2" "$(json_value page_smear </tmp/status)"
same "current_clocksource is hostclock" hostclock \
	"$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
run nosyscall "$3"
run coherence --count="$3"
run order "$3"
run ntpstate synchronised
run ptp
exit $failed
