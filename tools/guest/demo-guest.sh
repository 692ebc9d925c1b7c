#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The guest's part of tools/guest/demo.
rounds=$1
failed=0

# check TEXT COMMAND...
check() {
	local text=$1
	shift

	if "$@" >/dev/null; then
		echo "  ok: $text"
	else
		echo "  NOT OK: $text"
		failed=1
	fi
}

# A field of hostclock's flat JSON object.
json() {
	hostclock status --json | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# A field of chronyc's only source, the PTP clock.
source_field() {
	chronyc -c sources | cut -d, -f"$1"
}

wait_for_reach() {
	local i=0

	while [ "$(source_field 6)" != 377 ] && [ $i -lt 300 ]; do
		usleep 100000
		i=$((i + 1))
	done
}

echo "== The guest's clocksource"
clocksource=$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)
echo "  $clocksource"
check "the kernel has selected it" [ "$clocksource" = hostclock ]

chronyd -x
echo "== CLOCK_REALTIME in the guest, and on the host when it hears of it"
for i in $(seq "$rounds"); do
	echo "now $(json realtime_ns)"
	sleep 1
done

echo "== hostclock status: the guest's clocks compared with the host's page"
hostclock status
check "all is right" hostclock status
check "CLOCK_REALTIME is the page's, to the ns" [ "$(json realtime_verdict)" = exact ]
check "CLOCK_TAI, too" [ "$(json tai_verdict)" = exact ]

echo "== chronyd: an unmodified NTP daemon reads /dev/ptp_hostclock"
wait_for_reach
chronyc sources
chronyc tracking
check "the PTP clock is selected" [ "$(source_field 1)$(source_field 2)" = "#*" ]
check "the last eight readings succeeded" [ "$(source_field 6)" = 377 ]

echo "== adjtimex: what the guest's kernel says of its clock"
echo "  synchronized: $(json ntp_synchronized), maxerror $(json ntp_maxerror_us) us"
check "it is synchronized" [ "$(json ntp_synchronized)" = true ]
exit $failed
