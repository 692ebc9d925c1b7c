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
works=$(($(works) - works))
holds "no resync after resync" "$works interrupts" between 0 "$works" 100
holds "the vDSO reads it again once the host goes on" "$(cat $state/vdso)" \
	await 30 has on $state/vdso
run coherence --clock=REALTIME --count=1000
exit $failed
