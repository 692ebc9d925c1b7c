#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# chronyd in the guest, with /dev/ptp_hostclock as its only source. In mode follow it
# watches (-x); in the others it disciplines the guest's own clock.
. /results.sh

patience=90

# field N: of chronyc's only source, which is the PHC.
field() {
	chronyc -c sources 2>/dev/null | cut -d, -f"$1"
}

# Where CLOCK_REALTIME is from the page, in ns: the farther end of the interval.
realtime_error() {
	hostclock status --json >/tmp/status
	low=$(json_value realtime_diff_low_ns </tmp/status)
	high=$(json_value realtime_diff_high_ns </tmp/status)
	echo $(( -low > high ? -low : high ))
}

wait_for_reach() {
	while [ "$(field 6)" != 377 ] && [ $patience -gt 0 ]; do
		sleep 1
		patience=$((patience - 1))
	done
}

options=-x
if [ "$HOSTCLOCK_MODE" != follow ]; then
	options=
	date -u -s "@$(($(date +%s) + 7))" >/dev/null
	before=$(realtime_error)
	echo "# before chronyd: CLOCK_REALTIME is $before ns off the page"
fi
chronyd $options -f /etc/chrony.conf
same "chronyd starts" 0 $?
wait_for_reach
chronyc sources
chronyc tracking
same "chronyd has selected the PHC" "#*" "$(field 1)$(field 2)"
same "chronyd reaches it" 377 "$(field 6)"

hostclock status --json >/tmp/status
bound=$(json_value maxerror_ns </tmp/status)
offset=$(field 8)
holds "chronyd's offset is within the page's bound" "$offset s, bound $bound ns" \
	awk -v offset="$offset" -v bound="$bound" \
	'BEGIN { exit !(offset * offset <= bound * bound * 1e-18) }'
if [ "$HOSTCLOCK_MODE" != follow ]; then
	after=$(realtime_error)
	echo "# with chronyd: CLOCK_REALTIME is $after ns off the page"
	holds "chronyd disciplines the guest's clock" \
		"$before ns off before, $after ns after" \
		[ $((after * 1000)) -lt "$before" ]
else
	run ntpstate synchronised
	run coherence --clock=REALTIME --count=20000
fi
exit $failed
