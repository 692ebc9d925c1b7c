#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# hostclock.ko in a distribution's kernel that lacks one of the things by which the vDSO may read
# the clock: it says which, clocks are read by system calls, and are right. Once it is there, all
# is as ever.
. /results.sh

clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource
sysfs=/sys/class/misc/hostclock0

loaded() {
	await 10 has hostclock $clocksource
	await 10 has "$1" $sysfs/vdso
	same "what sysfs says of the vDSO" "$1" "$(cat $sysfs/vdso)"
}

# without REASON: as it is loaded
without() {
	dmesg -c >/dev/null
	insmod /lib/modules/hostclock.ko
	same "hostclock.ko is loaded" 0 $?
	loaded "$1"
	same "the log has it once" 1 "$(dmesg | grep -c "hostclock: the vDSO does not read the clock: $1\$")"
	same "and no complaint of the kernel's" "" "$(dmesg | grep -E "WARNING|BUG|Call Trace")"
	nosyscall 1000 >/dev/null 2>&1
	status=$?
	holds "the vDSO makes system calls" "nosyscall exited with $status" [ $status -ne 0 ]
	run coherence --clock=REALTIME --count=2000
	run order 2000 MONOTONIC
	hostclock status >/tmp/status
	same "hostclock status says that the clock is right" 0 $?
	holds "and how it is read" "$(cat /tmp/status)" \
		grep -q "unpatched; clocks are read by system calls: $1" /tmp/status
}

# spoilt WHAT REASON: WHAT is a parameter of spoil.ko
spoilt() {
	rmmod hostclock
	same "$1: it can be spoilt" "" "$(insmod /spoil.ko "$1" 2>&1)"
	without "$2" >/tmp/without
	sed "s/^ok - /&$1: /; s/^not ok - /&$1: /" /tmp/without
	! grep -q "^not ok" /tmp/without || failed=1
	rmmod hostclock
	rmmod spoil
	insmod /lib/modules/hostclock.ko
}

uname -r
spoilt symbol=kallsyms_lookup_name "kallsyms_lookup_name cannot be found"
spoilt symbol=update_vsyscall "clock_was_set_delayed or update_vsyscall cannot be called"
spoilt symbol=vclocks_used "there is no vclocks_used"
spoilt hook=clock_was_set "ftrace does not divert clock_was_set"
spoilt dead=do_settimeofday64 "do_settimeofday64 is not as expected"
spoilt hyperv=Y "the vDSO reads a page of Hyper-V"
if grep -q " tsc_pfn\$" /proc/kallsyms; then
	spoilt symbol=tsc_pfn "there is no tsc_pfn"
else
	spoilt symbol=vvar_fault "there is no vvar_fault or hv_get_tsc_page"
	spoilt hook=hv_get_tsc_page "ftrace does not divert hv_get_tsc_page"
fi
loaded on
run nosyscall 1000
exit $failed
