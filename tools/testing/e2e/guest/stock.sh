#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# hostclock.ko in a distribution's kernel, whose vDSO reads the line page.
. /results.sh
. /reload.sh

clocksources=/sys/devices/system/clocksource/clocksource0
sysfs=/sys/class/misc/hostclock0

# Is the vDSO's fast path there, after the host was given time to open it?
without_calls() {
	local tries=20

	while ! nosyscall 1000 >/tmp/nosyscall 2>&1 && [ $tries -gt 0 ]; do
		sleep 0.2
		tries=$((tries - 1))
	done
	cat /tmp/nosyscall
}

synchronized() { ntpstate synchronised 10000 >/dev/null 2>&1; }

uname -r
holds "the module is loaded" "$(cat /proc/modules)" grep -q '^hostclock ' /proc/modules
same "current_clocksource is hostclock" hostclock \
	"$(cat $clocksources/current_clocksource)"
without_calls >/dev/null
same "the vDSO reads the clock" on "$(cat $sysfs/vdso)"
run nosyscall 100000
[ ! -x /bin/nosyscall32 ] || run nosyscall32 20000
run coherence --clock=REALTIME --count=200000
# MONOTONIC_RAW cannot be unslewed: it is MONOTONIC.
for clock in TAI MONOTONIC MONOTONIC_RAW BOOTTIME; do
	run coherence --clock=$clock --count=200000
done
run order 100000
run timens
run ptp
if [ -e /snapshots.ko ]; then
	mount -t debugfs none /sys/kernel/debug
	insmod /snapshots.ko
	run snapshots /sys/kernel/debug/snapshots
fi
run devnode
# Told every 4 s, less often while the guest is idle, it adds 500 us a second.
await 12 synchronized
run ntpstate synchronised 10000
run ntpstate bound
hostclock status >/tmp/status
same "hostclock status says that all is right" 0 $?
cat /tmp/status
holds "and that the vDSO reads the pages" "it does not" \
	grep -q "unpatched; the vDSO reads the pages" /tmp/status

gone() {
	holds "the clocksource is another one now" "$(cat $clocksources/current_clocksource)" \
		[ "$(cat $clocksources/current_clocksource)" != hostclock ]
	holds "the device is gone" "it is there" [ ! -e /dev/hostclock0 ]
	holds "the PTP clock is gone" "$(ls /sys/class/ptp)" \
		[ -z "$(grep -l hostclock /sys/class/ptp/*/clock_name 2>/dev/null)" ]
}

back() {
	await 10 has hostclock $clocksources/current_clocksource
	same "the clocksource is hostclock again" hostclock "$(cat $clocksources/current_clocksource)"
	run coherence --clock=REALTIME --count=20000
	without_calls | sed 's/^ok - /&again: /; s/^not ok - /&again: /'
}

reload_under_readers 200000 gone back

# Where the vDSO cannot, or shall not, all is as it is without: only the fast path is missing.
rmmod hostclock
insmod /lib/modules/hostclock.ko vdso=N
sleep 1
same "with vdso=N, the vDSO does not read the clock" "module parameter vdso=N" "$(cat $sysfs/vdso)"
nosyscall 1000 >/dev/null 2>&1
status=$?
holds "and makes system calls" "nosyscall exited with $status" [ $status -ne 0 ]
hostclock status >/tmp/status
holds "hostclock status says why" "$(cat /tmp/status)" \
	grep -q "unpatched; clocks are read by system calls: module parameter vdso=N" /tmp/status
hostclock status --json >/tmp/status
same "as JSON, too" "stock, module parameter vdso=N" \
	"$(json_value core </tmp/status), $(json_value vdso </tmp/status)"
run coherence --clock=REALTIME --count=20000
exit $failed
