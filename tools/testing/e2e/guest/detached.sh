#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The host's script has a step of 100 s, and after that a stop of half a second.
. /results.sh

state=/sys/class/misc/hostclock0

# resyncs_reach N
resyncs_reach() { await 40 at_least "$1" $state/resyncs; }

# ahead LEAST MOST: by so many seconds is the wall clock ahead of the page
ahead() {
	hostclock status --json >/tmp/status
	awk -v ns="$(json_value realtime_diff_low_ns </tmp/status)" -v least="$1" \
		-v most="$2" 'BEGIN { exit !(ns >= least * 1e9 && ns <= most * 1e9) }'
}

# seconds NS MORE: in seconds, and that more
seconds() { awk -v ns="$1" -v more="$2" 'BEGIN { printf "%.9f", ns / 1e9 + more }'; }

# wall_is OWNER WHEN
wall_is() {
	same "$2: wall says $1" "$1" "$(cat $state/wall)"
}

uevents >/tmp/uevents &
wall_is follow "at first"
chronyd -x -f /etc/chrony.conf
run coherence --clock=REALTIME --count=20000
wall_is follow "with a chronyd that watches"

same "nobody has set it" nobody "$(cat $state/set_by)"
date -u -s "@$(($(date +%s) + 1000))" >/dev/null
wall_is detached "after date -s"
# date's second has begun a while ago, and starting it took its time
holds "and the date is what was set" "$(hostclock status)" ahead 995 1000
hostclock status | grep -E "detached"
hostclock status >/dev/null
same "hostclock status does not say that all is right" 1 $?
run coherence --clock=MONOTONIC --count=20000

holds "the host's clock is set" "$(cat $state/resyncs)" resyncs_reach 1
holds "the detached one is not" "$(hostclock status)" ahead 895 900
before=$(json_value realtime_diff_low_ns </tmp/status)
run ntpstate told
wall_is detached "after that"
holds "the VM is stopped" "$(cat $state/disruptions)" resyncs_reach 2
wall_is detached "after that, too"
holds "the detached clock counted the gap" "$(hostclock status), $before ns before it" \
	ahead "$(seconds "$before" -0.001)" "$(seconds "$before" 0.001)"
run ntpstate unsynchronised
run coherence --clock=MONOTONIC --count=20000

echo detach 2>/dev/null >$state/wall
same "nothing but follow can be written" 1 $?
echo follow >$state/wall
wall_is follow "after writing follow"
run coherence --clock=REALTIME --count=20000
hostclock status >/dev/null
same "hostclock status says that all is right" 0 $?
sleep 1
for event in detached attached; do
	holds "uevents said so: $event" "$(cat /tmp/uevents)" \
		grep -q "HOSTCLOCK_EVENT=$event " /tmp/uevents
done

# steered_by WHAT: the wall clock is detached by that, soon
steered_by() {
	await 30 has detached $state/wall
	wall_is detached "$1"
}

# let_go WHAT: nobody steers any more
let_go() {
	adjtimex -f 0 -t 10000 >/dev/null
	echo follow >$state/wall
	sleep 1
	wall_is follow "$1"
	run coherence --clock=REALTIME --count=20000
	run coherence --clock=MONOTONIC --count=20000
}

adjtimex -f 6553600 >/dev/null
steered_by "with a frequency of 100 ppm"
let_go "without it"

# end_chronyd: its pidfile goes last
end_chronyd() {
	kill "$(cat /run/chrony/chronyd.pid)"
	while [ -e /run/chrony/chronyd.pid ]; do
		sleep 0.1
	done
}

end_chronyd
# By the host's clock there is nothing to steer; this is another one.
sed "s/^refclock .*/& offset 0.01/" /etc/chrony.conf >/tmp/chrony.conf
chronyd -f /tmp/chrony.conf
steered_by "with a chronyd that steers"
chronyc tracking | grep -E "System time|Last offset|Frequency"
end_chronyd
let_go "without it"
chronyd -x -f /etc/chrony.conf
has_source() { chronyc -c sources | grep -q "^#,\*,HCLK,"; }
await 30 has_source
chronyc tracking
wall_is follow "with one that watches, and has a source"
exit $failed
