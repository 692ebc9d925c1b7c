#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The host's script has the events. $1: how often the kernel's NTP is told, s; 0: it asks.
. /results.sh

interval=${1:-0}

quietly() { "$@" >/dev/null 2>&1; }

# says STATE: adjtimex() does, as soon as it can know.  An idle guest's NTP is told less often,
# and its bound grows by 500 us a second.
says() {
	[ "$1" != synchronised ] || set -- "$1" $((interval * 5 * 500))
	await $((3 * interval)) quietly ntpstate "$@"
	run ntpstate "$@"
	[ "$interval" = 0 ] || [ "$1" != synchronised ] || run ntpstate bound
}

state=/sys/class/misc/hostclock0

# wait_for STATUS
wait_for() { await 30 has "$1" $state/status; }

# age_within SECONDS: the status is not older than that, but has an age
age_within() {
	local age=$(($(cat $state/status_age_ns) / 1000000))

	echo "# status $(cat $state/status) for $age ms"
	[ "$age" -gt 0 ] && [ "$age" -le "$(($1 * 1000))" ]
}

holds "before: synchronised" "$(cat $state/status)" wait_for synchronized
says synchronised

holds "during: sysfs says why" "$(cat $state/status)" wait_for freerunning
says unsynchronised
maxerror=$(hostclock status --json | json_value ntp_maxerror_us)
same "during: maxerror is as large as it gets, 16 s" 16000000 "$maxerror"
sleep 2
holds "during: since when" "$(cat $state/status_age_ns) ns" age_within 30
holds "during: and hostclock status, too" "$(hostclock status)" \
	grep -q "freerunning for " <<-END
		$(hostclock status)
	END
hostclock status >/dev/null
same "during: hostclock status does not say that all is right" 1 $?
says unsynchronised

holds "after: synchronised, without anybody's help" "$(cat $state/status)" \
	wait_for synchronized
says synchronised
holds "after: since when" "$(cat $state/status_age_ns) ns" age_within 30
hostclock status
same "after: hostclock status says that all is right" 0 $?
same "one step was followed" 1 "$(cat $state/resyncs)"
exit $failed
