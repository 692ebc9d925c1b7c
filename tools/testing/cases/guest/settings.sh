#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Whatever root can set: what is obeyed is told at once, the rest changes no clock. The host
# sets its clock meanwhile.
. /results.sh

state=/sys/class/misc/hostclock0
host_tai=$(cat $state/tai_offset_sec)

wall() { cat $state/wall; }
field() { adjust show | tr ' ' '\n' | sed -n "s/^$1=//p"; }
# events: those that were sent since forget_events
events() {
	sed "1,$(cat /tmp/seen)d" /tmp/uevents | sed -n 's/.*HOSTCLOCK_EVENT=\([a-z]*\) .*/\1/p' | tr '\n' ' '
}

forget_events() {
	sleep 0.2
	wc -l </tmp/uevents >/tmp/seen
}

# logged TEXT: how often the driver has said so
logged() { dmesg | grep -c "hostclock .*$1"; }

events_are() { [ "$(events)" = "$1" ]; }

# event NAME: it is sent within 5 s
event() {
	await 5 events_are "$1 "
	events
}

exact() {
	run coherence --clock=REALTIME --count=5000
	run coherence --clock=MONOTONIC --count=5000
}

# back WHAT: the clocks are the host's again, and stay so
back() {
	echo follow >$state/wall
	same "$1, and back: wall" follow "$(wall)"
	same "$1, and back: TAI is the host's" "$host_tai" "$(field tai)"
	sleep 0.5
	same "$1, and back: nothing is left of it" follow "$(wall)"
	[ "$2" ] || exact
	forget_events
}

# obeyed WHAT SETTING...: it changes a clock, so the clocks are detached
obeyed() {
	local what=$1 before
	before=$(logged "was set or steered")
	shift

	adjust "$@" || failed=1
	same "$what: who reads it first is told" "detached " "$(event detached)"
	same "$what: wall" detached "$(wall)"
	same "$what: the log says so, once" $((before + 1)) "$(logged "was set or steered")"
}

# harmless WHAT SETTING...: no clock is changed
harmless() {
	local what=$1
	shift

	adjust "$@" || failed=1
	sleep 0.5
	same "$what: no event" "" "$(events)"
	same "$what: wall" follow "$(wall)"
}

uevents >/tmp/uevents &
# until it listens
until grep -q . /tmp/uevents; do
	echo change >$state/uevent
	sleep 0.1
done
forget_events
same "at first, TAI is the host's" "$host_tai" "$(field tai)"
holds "the kernel has set the clock by the RTC" "$(dmesg | grep -i rtc)" \
	sh -c 'dmesg | grep -q "setting system clock to"'
same "which the log says nothing of" "0 0" "$(logged undone) $(logged "was set")"

obeyed "TAI" tai=27
same "TAI: it is obeyed" 27 "$(field tai)"
await 20 at_least 1 $state/resyncs
same "TAI: it is so after the host's step" 27 "$(field tai)"
back "TAI"
harmless "TAI as the host has it" "tai=$host_tai"

# STA_PLL, STA_PPSFREQ, STA_PPSTIME; STA_UNSYNC; STA_FREQHOLD
harmless "PPS bits" status=0x7
harmless "unsynchronized, not to be steered" status=0xc0
harmless "an error bound" maxerror=5000000
exact

# The first of them is the one that counts.
adjust warp 60
sleep 0.3
same "a time zone's warp: wall" follow "$(wall)"
same "a time zone's warp: no event" "" "$(events)"
same "a time zone's warp: the log says so" 1 "$(logged undone)"
exact

obeyed "a step" step=1500000000
back "a step"
obeyed "a step of a whole second" step=1000000000
back "a step of a whole second"
obeyed "an hour" step=3600000000000
back "an hour" quick
obeyed "a frequency" freq=6553600
back "a frequency"
same "a frequency, and back: it is gone" 0 "$(field freq)"
obeyed "a tick" tick=10010
back "a tick"
same "a tick, and back: it is gone" 10000 "$(field tick)"
obeyed "adjtime()" offset=5000
back "adjtime()"
exit $failed
