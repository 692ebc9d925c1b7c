# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: guests whose clocks are kept in different ways are restored
# from snapshots, PLOT_GAP seconds after they were stopped, and record what their
# clocks do for PLOT_SECONDS. Prints "record NAME ...".

# The guests share a CPU, so they start so many seconds after one another, and are
# stopped and restored so: all are up then, and with a gap of 60 s, each is
# restored halfway between two others being saved.
turn=24
# The host's clock is kept by somebody, and so it does not count as its oscillator does.
slew_ppm=20

# Guests read their clocks once they are AGE_S old (guest/plot.sh), which busy ones are later.
patience_s=600

# plot_guest NAME [OPTIONS] -- ARGUMENTS: of guest/plot.sh
plot_guest() {
	local name=$1 options=()
	shift

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	plotted+=("$name")
	: >"$work/$name"
	"$top/tools/guest-run" --dir "$work/export" --accel kvm --cpus 1 --memory 192 \
		--transport private --timeout $((PLOT_GAP + PLOT_SECONDS + 900)) \
		--add "$build/bin/kvm/standstill:/bin/standstill" --add "$build/bin/kvm/agent:/bin/agent" \
		--add "$top/tools/testing/e2e/results.sh" --add "$l1/../guest/plot.sh" \
		--host-cmd "$l1/snapshot $work/$name $PLOT_GAP $patience_s" "${options[@]}" -- \
		sh /plot.sh "$PLOT_SECONDS" "$@" >"$work/$name" 2>"$work/$name.errors" &
	guests+=($!)
	sleep $turn
}

plotted=() guests=()
"$build/testing/exporter/bin/setclock" slew $slew_ppm
exporter "$work/export"
plot_guest hostclock --mode follow --
plot_guest kvm-clock --mode ptp --append clocksource=kvm-clock -- KVM once
plot_guest kvm-clock+agent --mode ptp --append clocksource=kvm-clock -- KVM agent
LD_PRELOAD=$build/bin/kvm/kvmclock_realtime.so KVMCLOCK_FILE=$work/kvmclock plot_guest \
	kvm-clock+realtime --mode ptp --append clocksource=kvm-clock -- KVM once
plot_guest kvm-clock+chronyd --mode ptp --append clocksource=kvm-clock -- KVM 3
plot_guest kvm-clock+chronyd-step --mode ptp --append clocksource=kvm-clock -- KVM -1
plot_guest tsc+chronyd-step --mode ptp --append clocksource=tsc -- hostclock -1
plot_guest tsc+chronyd-step+notify --mode ptp --append clocksource=tsc -- hostclock -1 notify

for ((i = 0; i < ${#guests[@]}; i++)); do
	name=${plotted[i]}
	wait "${guests[i]}"
	same "$name: the guest runs to its end" 0 $?
	tr -d '\r' <"$work/$name" | sed -E \
		"s/^record /record $name /; s/^(ok|not ok) - /&$name: /; t; s/^/# $name: /"
	sed "s/^/# $name, on its host: /" "$work/$name.errors"
done
# As kvm-clock is set ahead, MONOTONIC goes with it: otherwise QEMU was not made to do so.
advanced_ns=$(tr -d '\r' <"$work/kvm-clock+realtime" | sed -n 's/^record advance MONOTONIC //p')
holds "kvm-clock+realtime: the VMM has set the clock ahead" "by ${advanced_ns:-nothing} ns" \
	[ "${advanced_ns:-0}" -gt "$((PLOT_GAP * 900000000))" ]
kill "$exporter_pid"
