#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# plot.sh SECONDS [PHC once|agent|MAKESTEP [notify]]: how REALTIME goes on for so long
# after the guest was restored. The clock is set once by the PTP clock whose name contains
# PHC, and by an agent whenever it is wrong by more than a second, or kept by chronyd, which
# may step it in its first MAKESTEP updates (-1: in all) and be reset by hostclock-notify.
. /results.sh

# How old the guest is then: chronyd knows all it needs, the other guests are up.
AGE_S=210

# find_ptp PHC: sets ptp
find_ptp() {
	local dir

	ptp=''
	for dir in /sys/class/ptp/*; do
		! grep -qi "$1" "$dir/clock_name" || ptp=${dir##*/}
	done
	holds "a PTP clock $1 is there" "$(cat /sys/class/ptp/*/clock_name)" [ -n "$ptp" ]
}

# configure_chronyd PHC MAKESTEP: as Debian has it, but for the source, and for the
# last lines: this guest has no network.
configure_chronyd() {
	local tai=''

	find_ptp "$1"
	[ "$1" != hostclock ] || tai=tai
	cat >/tmp/chrony.conf <<-END
		refclock PHC /dev/$ptp $tai poll 2
		driftfile /var/lib/chrony/chrony.drift
		maxupdateskew 100.0
		rtcsync
		makestep 1 $2
		leapsectz right/UTC
		pidfile /run/chrony/chronyd.pid
		bindcmdaddress /run/chrony/chronyd.sock
		port 0
		cmdport 0
	END
}

start_chronyd() {
	configure_chronyd "$1" "$2"
	chronyd -f /tmp/chrony.conf
	same "chronyd starts" 0 $?
	[ "${3:-}" != notify ] || run hostclock-notify
}

set_once() {
	configure_chronyd "$1" 3
	chronyd -q -f /tmp/chrony.conf
	same "chronyd sets the clock" 0 $?
}

show_chronyd() {
	[ ! -S /run/chrony/chronyd.sock ] || chronyc "$@"
}

seconds=$1
echo "clocksource $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
case ${3:-} in
'') ;;
once) set_once "$2" ;;
agent)
	set_once "$2"
	agent "/dev/$ptp" &
	;;
*) start_chronyd "$2" "$3" "${4:-}" ;;
esac
up=$(cut -d. -f1 /proc/uptime)
sleep $((AGE_S > up ? AGE_S - up : 0))
case ${3:-} in
'' | once | agent) ;;
*) same "chronyd has selected the PTP clock" "#*" \
	"$(chronyc -c sources | cut -d, -f1,2 | tr -d ,)" ;;
esac
show_chronyd tracking
run standstill --epoch --record "$seconds"
show_chronyd tracking
show_chronyd sources
for name in status reason resyncs disruptions cause; do
	echo "$name $(cat /sys/class/misc/hostclock0/$name)"
done
exit $failed
