#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Who sets or steers a clock that follows is named; with steer=refuse, as this guest was
# booted, nobody can.
. /results.sh

state=/sys/class/misc/hostclock0

# by COMMAND...: runs it in a process of its own; sets pid and status
by() {
	sh -c 'echo $$ >/tmp/pid; exec "$@"' sh "$@" >/tmp/out 2>&1
	status=$?
	pid=$(cat /tmp/pid)
}

# who NAME: as sysfs has it
who() { echo "$1 ($pid)"; }

log_has() { dmesg | grep -F "$1" | grep -qF "$(who "$2")"; }

# logged NAME TEXT WHO: a worker does that
logged() {
	holds "$1" "$(dmesg | tail -n 3)" await 5 log_has "$2" "$3"
}

status_says() { hostclock status | grep -qF "$1"; }

# refused COMMAND ARGUMENTS...: gets EPERM, and is named
refused() {
	by "$@"
	# The status of busybox' date says nothing.
	holds "$*: fails for EPERM" "$(cat /tmp/out)" grep -q "not permitted" /tmp/out
	same "$*: is named" "$(who "$1")" "$(cat $state/set_by)"
	same "$*: the clock follows" follow "$(cat $state/wall)"
	logged "$*: in the log" "must not set or steer" "$1"
}

# obeyed COMMAND ARGUMENTS...: detaches the clock, and is named
obeyed() {
	by "$@"
	same "$*: succeeds" 0 "$status"
	await 5 has detached $state/wall
	same "$*: the clock is detached" detached "$(cat $state/wall)"
	same "$*: by whom" "$(who "$1")" "$(cat $state/set_by)"
	logged "$*: in the log" "detached until" "$1"
	holds "$*: hostclock status says who" "$(hostclock status)" \
		status_says "detached, set or steered by $(who "$1")"
	echo follow >$state/wall
	same "$*: attached again, nobody is named" "follow nobody" "$(cat $state/wall) $(cat $state/set_by)"
}

same "the parameter" refuse "$(cat $state/steer)"
same "nobody has tried" nobody "$(cat $state/set_by)"
refused date -u -s @1900000000
refused adjtimex -f 6553600
refused adjtimex -o 1000
holds "hostclock status says who" "$(hostclock status)" \
	status_says "follow, which was refused to $(who adjtimex)"
named=$(cat $state/set_by)
run coherence --clock=REALTIME --count=20000

# What changes nothing, and who may not change anything anyhow
by adjtimex
same "adjtimex() that only asks succeeds" 0 "$status"
by su -s /bin/sh nobody -c "date -u -s @1900000000; adjtimex -f 6553600"
same "others fail as ever" 2 "$(grep -c "not permitted" /tmp/out)"
same "and are not named" "$named" "$(cat $state/set_by)"
chronyd -x -f /etc/chrony.conf
same "a chronyd that watches starts" 0 $?
kill "$(cat /run/chrony/chronyd.pid)"
await 10 [ ! -e /run/chrony/chronyd.pid ]
by chronyd -d -f /etc/chrony.conf
holds "one that steers does not" "status $status" [ "$status" != 0 ]
holds "and says why" "$(cat /tmp/out)" grep -q "not permitted" /tmp/out
same "it is named" "chronyd" "$(cut -d' ' -f1 $state/set_by)"

# Names are the processes' own: this one would forge a line of the log.
name=$(printf 'x\n<0>panic')
cp /bin/ntpstate "/tmp/$name"
by "/tmp/$name" told
same "a name with a new line in it" "x?<0>panic ($pid)" "$(cat $state/set_by)"

echo follow >$state/wall
same "whoever writes follow is not refused what that takes" "follow nobody" \
	"$(cat $state/wall) $(cat $state/set_by)"
run coherence --clock=REALTIME --count=20000

echo obey 2>/dev/null >$state/steer
same "it is one of two words" 1 $?
echo detach >$state/steer
same "obedience" detach "$(cat $state/steer)"
obeyed date -u -s @1900000000
obeyed adjtimex -f 6553600
obeyed adjtimex -o 1000
run coherence --clock=REALTIME --count=20000

exit $failed
