# SPDX-License-Identifier: GPL-2.0
# A guest with a distribution's kernel is the host, and its kernel writes a clock page.
# COMPARE_SECONDS, ORDER_SECONDS: how long either is done.
. /results.sh
debug=/sys/kernel/debug/hostclock_export
clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource
page=/run/clock

# counter NAME: of the module's
counter() {
	sed -n "s/^$1 //p" $debug/counters
}

# field N TEXT
field() {
	echo "$2" | cut -d' ' -f"$1"
}

# live_field N: 1 live, 2 odd, 3 status, 4 epoch, 5 valid_ms
live_field() {
	field "$1" "$(livepage $page page)"
}

# compare NAME COUNT: so many snapshots with the page, at once
compare() {
	echo 0 >$debug/check
	echo "$2" >$debug/check
	compared "$1"
}

# compared NAME: what came of it
compared() {
	sed 's/^/# /' $debug/check
	for clock in realtime monotonic monotonic_raw boottime tai; do
		set -- "$1" $(grep "^$clock " $debug/check)
		same "$1: $clock: no mismatch" 0 "$3"
	done
	count=$(sed -n 's/^compared //p' $debug/check)
	holds "$1: something was compared" "$count, $(grep unsettled $debug/check)" [ "$count" -gt 1000 ]
}

# Comparisons for so many seconds while the clock is disturbed.
compare_disturbed() {
	echo 0 >$debug/check
	disturb "$1" >/tmp/disturbed &
	end=$(($(cut -d. -f1 /proc/uptime) + $1))
	while [ "$(cut -d. -f1 /proc/uptime)" -lt $end ]; do
		echo 20000 >$debug/check
	done
	wait $!
	cat /tmp/disturbed
	compared "slews and steps"
}

# in_order NAME PAIRS BACK WORST LEAPS
in_order() {
	echo "# $1: $2 pairs, $3 back, $4 ns at worst"
	holds "$1: vDSO and page never go back" "$3 of $2 pairs, $4 ns at worst" [ "$3" = 0 ]
}

attached() {
	same "$1: attached" attached "$(livepage $page attach)"
	same "$1: LIVE" "1 0" "$(livepage $page state)"
	same "$1: the page says so" 1 "$(live_field 1)"
}

detached() {
	livepage $page detach
	same "$1: detached" "0 0" "$(livepage $page state)"
	same "$1: the page is not LIVE, its count even" "0 0" "$(livepage $page page | cut -d' ' -f1,2)"
}

leaps() {
	for kind in ins del; do
		set -- $(livepage $page leap $kind)
		in_order "leap second ($kind)" "$@"
		[ $kind = del ] || same "leap second (ins): seen going back once, at most" 1 "$(($4 <= 1))"
		compare "after a leap second ($kind)" 20000
	done
}

# The epoch is new if and only if the offsets are.
epochs() {
	before=$(live_field 4)
	sleep 1
	same "no step: the same epoch" "$before" "$(live_field 4)"
	before=$(live_field 4)
	# What nobody writes falls behind, and can be gone on from.
	setclock slew -10
	sleep 0.1
	livepage $page detach
	setclock slew 0
	sleep 0.1
	same "a page that is behind: attached" attached "$(livepage $page attach)"
	same "detached and attached: the same epoch" "$before" "$(live_field 4)"
	setclock step 1000000
	holds "a step: another epoch" "still $before" [ "$(live_field 4)" != "$before" ]
	livepage $page wait 20000 >/tmp/polled &
	while kill -0 $! 2>/dev/null; do
		sleep 0.3
		setclock step 1000000
	done
	same "a step wakes who polls" 1 "$(cat /tmp/polled)"
}

# What user space told ages.
ageing() {
	livepage $page meta 3000
	first=$(live_field 5)
	sleep 1
	second=$(live_field 5)
	holds "what was told ages" "valid for $first, then $second ms" \
		[ "$second" -lt $((first - 500)) ]
	sleep 3
	same "and ends" 0 "$(live_field 5)"
}

# stops NAME REASON: it did, and readers know
stops() {
	same "$1: stopped, and why" "2 $2" "$(livepage $page state)"
	same "$1: not LIVE, even, unreliable" "0 0 4" "$(livepage $page page | cut -d' ' -f1-3)"
	detached "$1"
}

doubts() {
	echo hpet >$clocksource
	sleep 1
	stops "another clocksource" 1
	holds "another clocksource: refused" "attached" livepage_refuses 1
	echo tsc >$clocksource
	sleep 1
	# What was extrapolated meanwhile may be ahead.
	rm $page
	attached "TSC again"
	compare "TSC again" 20000
	echo 0 >/sys/kernel/debug/kprobes/enabled
	sleep 1
	stops "kprobes disarmed" 4
	holds "kprobes disarmed: refused" "attached" livepage_refuses 4
	echo 1 >/sys/kernel/debug/kprobes/enabled
	livepage $page ahead
	holds "a page that is ahead: refused" "attached" livepage_refuses 8
	rm $page
	attached "kprobes armed again"
}

# livepage_refuses REASON
livepage_refuses() {
	livepage $page attach | tee /dev/stderr | grep -q "reason $1"
}

uname -r
same "the clocksource is the TSC" tsc "$(cat $clocksource)"
insmod /hostclock_export.ko
same "insmod" 0 $?
attached "first"
compare "quiet" 100000
compare_disturbed "${COMPARE_SECONDS:-15}"
disturb "${ORDER_SECONDS:-8}" flood &
in_order "slews and steps" $(livepage $page order "${ORDER_SECONDS:-8}")
wait
leaps
epochs
ageing
doubts
sed 's/^/# /' $debug/counters
rmmod hostclock_export
same "rmmod" 0 $?
same "rmmod: the page is not LIVE, its count even" "0 0" \
	"$(od -An -tu4 -j16 -N4 $page | tr -d ' ') $(($(od -An -tu4 -j60 -N4 $page | tr -d ' ') & 1))"
insmod /hostclock_export.ko
rm $page
attached "loaded again"
compare "loaded again" 20000
exit $failed
