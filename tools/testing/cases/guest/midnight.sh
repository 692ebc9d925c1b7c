#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A daemon in the guest announces leap seconds of its own, again and again, as if it had
# heard of them from bad servers. midnight.sh on the host makes two midnights.
. /results.sh

state=/sys/class/misc/hostclock0

# announce STATUS: 16 an insertion, 32 a deletion
announce() {
	while :; do
		adjust "status=$1"
		sleep 0.05
	done
}

it_is() { [ "$(date -u +%H:%M)" = "$1" ]; }

# at HH:MM SECONDS: wait until it is, for that long
at() {
	await "$2" it_is "$1"
	holds "it is $1" "$(date -u)" it_is "$1"
}

follows() {
	same "$1: wall" follow "$(cat $state/wall)"
	holds "$1: nobody was told otherwise" "$(cat /tmp/uevents)" \
		sh -c '! grep -qE "EVENT=(detached|degraded)" /tmp/uevents'
	run coherence --clock=REALTIME --count=5000
}

uevents >/tmp/uevents &
# with the host's own
announce "$1" &
announcer=$!
run leapwatch insert 10
follows "beside the host's leap second"
kill $announcer

# without
announce "$2" &
at 23:59 20
at 00:00 20
sleep 1.5
follows "without one of the host's"
# On a busy machine it may come before it is forgotten, and is undone then.
dmesg | grep 'Clock: .*leap second' | sed 's/^/# /'
exit $failed
