#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Every function of the timekeeping path is traced, with time stamps from the very clock
# that is set meanwhile: tracing changes nothing. The host steps its clock twice a second.
# usage: traced.sh [few]: fewer of each, for a kernel that takes ten times as long
. /results.sh

clocks="mono boot" stepped=4 count=3000 seconds=10 reading="ktime_get"
[ "${1:-}" != few ] || clocks=mono stepped=2 count=300 seconds=5 reading=
state=/sys/class/misc/hostclock0
tracing=/sys/kernel/tracing

[ -e $tracing/set_ftrace_filter ] || { echo "skip - traced: this kernel has no ftrace"; exit 77; }

# steps N WHAT: so many of the host's steps are followed
steps() {
	local want=$(($(cat $state/resyncs) + $1))

	await 20 at_least $want $state/resyncs
	holds "$2: the host's steps are followed" "$(cat $state/resyncs), not $want" \
		at_least $want $state/resyncs
}

# CLOCK_MONOTONIC - the page's, ns
mono() { hostclock status --json | json_value monotonic_diff_low_ns; }

# right WHAT
right() {
	holds "$1: MONOTONIC has not jumped" "$(mono), not $mono" \
		awk -v a="$(mono)" -v b="$mono" 'BEGIN { exit !(a - b < 2000 && b - a < 2000) }'
	same "$1: wall" follow "$(cat $state/wall)"
	same "$1: status" none "$(cat $state/reason)"
	# The host opens the line page a moment after the guest has followed.
	holds "$1: the vDSO" "$(cat $state/vdso)" await 3 has on $state/vdso
	run coherence --clock=REALTIME --count=$count
	run coherence --clock=TAI --count=$count
	run coherence --clock=MONOTONIC --count=$count
}

# stamps: how many there are in the trace, which is emptied. To read it takes minutes where the
# kernel is slow to find names.
stamps() {
	cat $tracing/per_cpu/cpu*/stats | awk '/^entries:/ { n += $2 } END { print n }'
	echo >$tracing/trace
}

# functions: those that run while the timekeeper is set
functions() {
	echo >$tracing/set_ftrace_filter
	for pattern in 'timekeeping_*' 'tk_*' 'do_settimeofday64' 'ktime_get*' 'update_vsyscall' \
		'clock_was_set*' 'ntp_*' '*pvclock_gtod*' 'raw_notifier_call_chain' \
		'irq_work_*' '__irq_work*' 'notifier_call_chain' 'timespec64_*' 'ns_to_timespec64'; do
		echo "$pattern" >>$tracing/set_ftrace_filter 2>/dev/null
	done
	echo "# $(wc -l <$tracing/set_ftrace_filter) functions"
}

echo 512 >$tracing/buffer_size_kb
functions
steps 1 "not traced"
mono=$(mono)
for clock in $clocks; do
	echo $clock >$tracing/trace_clock
	for tracer in function function_graph; do
		grep -q "\b$tracer\b" $tracing/available_tracers || continue
		echo $tracer >$tracing/current_tracer
		steps $stepped "$tracer, clock $clock"
		right "$tracer, clock $clock"
		holds "$tracer, clock $clock: there were events" none [ "$(stamps)" -gt 0 ]
		echo nop >$tracing/current_tracer
	done
done

# probe NAME FUNCTION: perf and BPF begin so, too
probe() {
	if ! echo "p:$1 $2" >>$tracing/kprobe_events 2>/dev/null; then
		skip "a probe at $2" "this kernel has none there"
		return
	fi
	echo "r:$1_ret $2" >>$tracing/kprobe_events
	echo 1 >$tracing/events/kprobes/enable
	steps $stepped "a probe at $2"
	right "a probe at $2"
	echo 0 >$tracing/events/kprobes/enable
	echo >$tracing/kprobe_events
}

# named PREFIX: a function, as the kernel or its compiler has named it
named() {
	sed -n "s/^\\($1[^ ]*\\).*/\\1/p" $tracing/available_filter_functions | head -n 1
}

# What sets the clock when the host's was set
set=do_settimeofday64
! has core $state/core || set=timekeeping_reanchor
update=$(named timekeeping_update)
if [ -e $tracing/kprobe_events ]; then
	probe set $set
	probe forward "$(named timekeeping_forward_now)"
	probe update "$update"
else
	skip "probes" "this kernel has none"
fi

# Stamps of perf, in its own interrupt, and of BPF, in a function that is called while a
# clock is set, and in one that reads it
steps 1 "before perf"
run /stamps perf $seconds
right "perf"
for function in $set $update $reading; do
	run /stamps bpf $function 2
	right "BPF at $function"
done
exit $failed
