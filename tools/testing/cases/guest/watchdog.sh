#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# usage: watchdog.sh GAPS: what the kernel's watchdog of clocksources makes of the gaps
# that the host's script makes, by each policy, while all CPUs are busy, and whether the TSC
# is there to go back to.
. /results.sh

state=/sys/class/misc/hostclock0
sources=/sys/devices/system/clocksource/clocksource0
policies="suspend steal default"

# reach NAME VALUE FILE: within 20 s
reach() {
	await 20 has "$2" "$3"
	same "$1" "$2" "$(cat "$3" 2>/dev/null)"
}

# The TSC becomes a clocksource once it is calibrated.
await 10 offers tsc
holds "the TSC is a clocksource" "$(cat $sources/available_clocksource)" offers tsc
busy=
for _ in $(seq "$HOSTCLOCK_CPUS"); do
	while :; do
		cat $state/age_ns >/dev/null
	done &
	busy="$busy $!"
done
gaps=0
for policy in $policies; do
	echo $policy >$state/policy || failed=1
	gaps=$((gaps + $1 / 3))
	await 30 at_least $gaps $state/disruptions
	holds "policy $policy: as many gaps as the host made" "$(cat $state/disruptions), not $gaps" \
		at_least $gaps $state/disruptions
done
# The watchdog looks every half second.
sleep 1.5
# shellcheck disable=SC2086
kill $busy
same "hostclock is the clocksource" hostclock "$(cat $sources/current_clocksource)"
# That it could not look this time ("Long readout interval, skipping watchdog check",
# "clock-skew test skipped!") blames none.
blames="unstable|clocksource: .*(skewed|(ahead of|behind) CPU)"
complaints=$(dmesg | grep -iE "$blames" | head -n 3)
same "the watchdog blames nobody" "" "$complaints"
dmesg | grep -iE "tsc|clocksource|refined" | tail -n 12 | sed 's/^/# /'

cd /sys/bus/pci/drivers/hostclock || exit 1
devices=$(ls -d 0000:*)
for device in $devices; do
	echo "$device" >unbind
done
# On KVM its own is the one to go back to, and the TSC can be chosen.
chosen=
if grep -qw kvm-clock $sources/available_clocksource; then
	reach "unbound, kvm-clock is the clocksource" kvm-clock $sources/current_clocksource
	sleep 1.5
	chosen=tsc
	echo $chosen >$sources/current_clocksource
fi
reach "unbound, the TSC is the clocksource" tsc $sources/current_clocksource
sleep 1.5
same "neither is blamed then" "" "$(dmesg | grep -iE "$blames" | head -n 3)"
# What was chosen would stay so.
[ -z "$chosen" ] || echo hostclock >$sources/current_clocksource
for device in $devices; do
	echo "$device" >bind
done
reach "bound again, hostclock is" hostclock $sources/current_clocksource
same "and it follows" "none" "$(cat $state/reason)"
exit $failed
