# SPDX-License-Identifier: GPL-2.0
# A guest is the host: hostclockd in it, with each clocksource that it has.
. /results.sh
clocksource=/sys/devices/system/clocksource/clocksource0
dir=/tmp/export

# use NAME: sets the clocksource
use() {
	echo "$1" >$clocksource/current_clocksource
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(cat $clocksource/current_clocksource)" != "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

# start [OPTION...]: hostclockd, or its like for tests, with its standard error in /tmp/why
start() {
	rm -rf $dir /tmp/ready /tmp/why
	touch /tmp/ready
	program=hostclockd
	[ "$1" != --sim ] || program=hostclockd-sim
	$program --dir $dir "$@" >/tmp/ready 2>/tmp/why &
	daemon=$!
	for _ in $(seq 100); do
		! grep -q ready /tmp/ready || return 0
		kill -0 $daemon 2>/dev/null || break
		sleep 0.1
	done
	wait $daemon
	return 1
}

stop() {
	kill $daemon
	wait $daemon
}

# Prints the TSC's rate, in MHz.
rate() {
	hostclockctl --dir $dir status | sed -n 's/.*TSC \([0-9]*\).*/\1/p'
}

# exact RESULT: within 20 ns
exact() {
	why=$(pageoff $dir 3 20) && ok "$1" || not_ok "$1" "$why"
	echo "# $why"
}

# accepted NAME
accepted() {
	use "$1"
	start && ok "$1 is accepted" || { not_ok "$1 is accepted" "$(cat /tmp/why)"; return; }
	why=$(pagecheck $dir 3) && ok "$1: the pages are the clocks" ||
		not_ok "$1: the pages are the clocks" "$(echo "$why" | tail -n 1)"
	echo "$why" | sed 's/^/# /'
	exact "$1: REALTIME is the page's, within 20 ns at p99.9"
	stop
}

# refused NAME
refused() {
	use "$1" || { not_ok "$1 can be used" "$(cat $clocksource/available_clocksource)"; return; }
	if start; then
		not_ok "$1 is refused" "$(hostclockctl --dir $dir status)"
		stop
	fi
	why=$(cat /tmp/why)
	echo "# $why"
	case $why in
	*"\"$1\""*[0-9]" ns"*) ok "$1 is refused, and what was measured is said" ;;
	*) not_ok "$1 is refused, and what was measured is said" "$why" ;;
	esac
	start --sim && ok "$1: a simulated clock needs none" ||
		{ not_ok "$1: a simulated clock needs none" "$(cat /tmp/why)"; return; }
	rate=$(rate)
	echo "# $1: TSC $rate MHz, with $good $mhz"
	[ $((rate - mhz)) -ge -1 ] && [ $((rate - mhz)) -le 1 ] && ok "$1: it has the TSC's rate" ||
		not_ok "$1: it has the TSC's rate" "$rate MHz, with $good $mhz"
	stop
}

status() {
	eval "$(pageset $dir 0)"
	echo "$status"
}

centiseconds() {
	cut -d' ' -f1 /proc/uptime | tr -d .
}

# becomes STATUS: within how many ms, in $ms
becomes() {
	begun=$(centiseconds)
	while :; do
		found=$(status)
		ms=$((($(centiseconds) - begun) * 10))
		[ "$found" != "$1" ] || return 0
		[ $ms -lt 5000 ] || return 1
	done
}

# lost NAME: from a good one to that and back, under a running hostclockd
lost() {
	use "$good"
	start || { not_ok "$good to $1" "$(cat /tmp/why)"; return; }
	echo "$1" >$clocksource/current_clocksource
	becomes 3 && [ $ms -lt 1000 ] && ok "$good to $1: freerunning within 1 s ($ms ms)" ||
		not_ok "$good to $1: freerunning within 1 s" "$ms ms, status $(status)"
	sleep 2
	why=$(pagecheck $dir 2 freerunning) && ok "$1: the bound is honest" ||
		not_ok "$1: the bound is honest" "$(echo "$why" | tail -n 1)"
	echo "$why" | sed 's/^/# /'
	why=$(hostclockctl --dir $dir status)
	case $why in
	*"not to be trusted"*"\"$1\""*) ok "$1: status says why" ;;
	*) not_ok "$1: status says why" "$why" ;;
	esac
	echo "$good" >$clocksource/current_clocksource
	becomes 2 && ok "$1 to $good: synchronized again (after $ms ms)" ||
		not_ok "$1 to $good: synchronized again" "status $(status)"
	sleep 2
	why=$(pagecheck $dir 2 again) && ok "$1 to $good: the pages are the clocks" ||
		not_ok "$1 to $good: the pages are the clocks" "$(echo "$why" | tail -n 1)"
	echo "$why" | sed 's/^/# /'
	sed 's/^/# /' /tmp/why
	kill -0 $daemon && stop
}

epochs() {
	hostclockctl --dir $dir status | sed -n 's/.*epoch \([0-9]*\).*/\1/p'
}

# The clock is slewed by far more than --max-slew says, and pages cannot follow.
slewed() {
	use "$good"
	start || { not_ok "slewed" "$(cat /tmp/why)"; return; }
	hostclockctl --dir $dir create vm >/dev/null
	hostclockctl --dir $dir attach vm --tsc-offset 0
	epochs >/tmp/before
	setclock tick 100000
	becomes 3 && [ $ms -lt 1000 ] && ok "slewed by 10 %: freerunning within 1 s ($ms ms)" ||
		not_ok "slewed by 10 %: freerunning within 1 s" "$ms ms, status $(status)"
	sleep 2
	setclock tick 0
	sleep 2
	why=$(pagecheck $dir 2 again) && ok "slewed no more: the pages are the clocks" ||
		not_ok "slewed no more: the pages are the clocks" "$(echo "$why" | tail -n 1)"
	exact "slewed no more: and exactly so"
	epochs >/tmp/after
	why=$(grep -Fxf /tmp/before /tmp/after) &&
		not_ok "slewed no more: pages and guests have new epochs" "$why" ||
		ok "slewed no more: pages and guests have new epochs"
	sed 's/^/# /' /tmp/why
	stop
}

# tsc-early goes away once the kernel has calibrated it.
while grep -q tsc-early $clocksource/available_clocksource && [ "$(cut -d. -f1 /proc/uptime)" -lt 60 ]; do
	sleep 0.1
done
available=$(cat $clocksource/available_clocksource)
echo "# available: $available"
good=
for name in $available; do
	case $name in
	tsc | kvm-clock)
		good=$name
		accepted "$name"
		;;
	esac
done
# Those that cannot be used at all are gone by now: jiffies, with high-resolution timers.
available=$(cat $clocksource/available_clocksource)
start || exit 1
mhz=$(rate)
stop
for name in $available; do
	case $name in
	tsc | kvm-clock) ;;
	*)
		refused "$name"
		lost "$name"
		;;
	esac
done
slewed
exit $failed
