#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest: what becomes of its clocks when the line page is 5 ms off the clock page.
. /results.sh

state=/sys/class/misc/hostclock0

line_is_bad() { grep -q 'more than 1 ms off' $state/vdso; }

# CLOCK_MONOTONIC - the page's, ns
mono() { hostclock status --json | json_value monotonic_diff_low_ns; }

# irq_works, on all CPUs
works() { awk '$1 == "IWI:" { print $2 + $3 }' /proc/interrupts; }

# between LOW FOUND HIGH
between() { [ "$2" -ge "$1" ] && [ "$2" -le "$3" ]; }

# few_works MOST NAME: no more since works was set
few_works() {
	local came=$(($(works) - works))

	echo "# $came interrupts"
	holds "$2" "$came interrupts" between 0 $came "$1"
}

# as the kernel's own MONOTONIC has it
uptime_s() { cut -d. -f1 /proc/uptime; }

is_refused() { grep -q "255 years" $state/reason; }

reads_again() { holds "$1" "$(cat $state/vdso)" await 30 has on $state/vdso; }

holds "the vDSO reads the line page" "$(cat $state/vdso)" await 2 has on $state/vdso
mono=$(mono)
works=$(works)
await 20 line_is_bad
holds "the line is found out" "$(cat $state/vdso)" line_is_bad
sleep 1
moved=$(($(mono) - mono))
# It does not go back behind what was read by the line.
holds "MONOTONIC went by no more than that, once" "$moved ns" between 0 "$moved" 6000000
same "wall" follow "$(cat $state/wall)"
run coherence --clock=REALTIME --count=1000
run coherence --clock=MONOTONIC --count=1000
few_works 100 "no resync after resync"
reads_again "the vDSO reads it again once the host goes on"

works=$(works)
await 30 line_is_bad
sleep 5
few_works 400 "nor while each line is another one, and bad"
reads_again "nor is that for ever"

began=$(uptime_s)
await 30 is_refused
holds "a guest epoch that would set the clocks back by years is refused" "$(cat $state/reason)" is_refused
sleep 3
passed=$(($(uptime_s) - began))
holds "and no clock has moved for it" "$passed s" between 3 $passed 60
same "which still follows" follow "$(cat $state/wall)"
await 30 has none $state/reason
same "and accepts another one" none "$(cat $state/reason)"
reads_again "which the vDSO reads, too"
run coherence --clock=REALTIME --count=1000
exit $failed
