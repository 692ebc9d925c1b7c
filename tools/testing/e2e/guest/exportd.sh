# SPDX-License-Identifier: GPL-2.0
# As export.sh, with hostclockd: the kernel takes its page over, and gives it back.
. /results.sh
debug=/sys/kernel/debug/hostclock_export
clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource
dir=/tmp/export

start() {
	: >/tmp/ready
	hostclockd --dir $dir >/tmp/ready 2>>/tmp/said &
	daemon=$!
	await 10 grep -q ready /tmp/ready && return
	not_ok "hostclockd starts" "$(cat /tmp/said)"
}

kernel() {
	hostclockctl --dir $dir kernel "$@"
}

state() {
	kernel status | sed -n 's/^kernel *\([a-z]*\).*/\1/p'
}

state_is() { [ "$(state)" = "$1" ]; }

# becomes STATE: within 20 s
becomes() { await 20 state_is "$1"; }

live() {
	becomes live
	holds "$1: the kernel writes" "$(kernel status)" [ "$(state)" = live ]
	same "$1: the page is LIVE" 1 "$(livepage $dir/clock page | cut -d' ' -f1)"
}

epoch() {
	livepage $dir/clock page | cut -d' ' -f4
}

# compared NAME: with the host's clocks, for each
compared() {
	sed 's/^/# /' $debug/check
	same "$1: no mismatch in any clock" 5 "$(grep -c '^[a-z_]* 0 0 0$' $debug/check)"
}

insmod /hostclock_export.ko
start
first=$(epoch)
monotone $dir 0 1000 "${MONOTONE_SECONDS:-35}" >/tmp/monotone &
reader=$!
live "at first"
same "at first: the same epoch" "$first" "$(epoch)"
echo 50000 >$debug/check
compared "at first"
same "status says so" 1 "$(hostclockctl --dir $dir status | grep -c '^kernel *live')"
for turn in 1 2 3; do
	kernel off >/dev/null
	same "off, $turn: hostclockd writes" "off 0" "$(state) $(livepage $dir/clock page | cut -d' ' -f1)"
	sleep 0.5
	same "off, $turn: the same epoch" "$first" "$(epoch)"
	kernel on >/dev/null
	live "on, $turn"
	same "on, $turn: the same epoch" "$first" "$(epoch)"
done
kill -KILL $daemon
wait $daemon
sleep 1
same "hostclockd killed: the page is LIVE" 1 "$(livepage $dir/clock page | cut -d' ' -f1)"
echo 50000 >$debug/check
compared "hostclockd killed"
start
live "hostclockd again"
same "hostclockd again: the same epoch" "$first" "$(epoch)"
same "a private guest: created" "$dir/vm/vm1" "$(hostclockctl --dir $dir create vm1 --private)"
same "a private guest: hostclockd writes" "soon 0" "$(state) $(livepage $dir/clock page | cut -d' ' -f1)"
hostclockctl --dir $dir remove vm1
live "no private guest"
wait $reader
status=$?
sed 's/^/# /' /tmp/monotone
same "all the time: the page never went back" 0 $status

echo 0 >$debug/check
disturb 5 >/tmp/disturbed &
for _ in 1 2 3 4 5 6 7 8; do echo 50000 >$debug/check; done
wait $!
cat /tmp/disturbed
compared "slews and steps"
same "slews and steps: the kernel writes" live "$(state)"
holds "slews and steps: another epoch" "$first" [ "$(epoch)" != "$first" ]
echo hpet >$clocksource
becomes refused
why=$(kernel status)
case $why in
*"clocksource is not tsc"*) ok "another clocksource: refused, and why" ;;
*) not_ok "another clocksource: refused, and why" "$why" ;;
esac
sleep 1
same "another clocksource: freerunning" 3 "$(livepage $dir/clock page | cut -d' ' -f3)"
echo tsc >$clocksource
live "TSC again"
sed 's/^/# /' /tmp/said
kill $daemon
wait $daemon
rmmod hostclock_export
same "rmmod" 0 $?
start
why=$(kernel status)
case $why in
*"absent"*"there is no"*) ok "without the module: status says so" ;;
*) not_ok "without the module: status says so" "$why" ;;
esac
kill $daemon
exit $failed
