# SPDX-License-Identifier: GPL-2.0
# Sourced for what hostclockd costs: how often it is woken and the CPU time it takes.

# family PID: a process and its children.
family() {
	local children

	read -r children <"/proc/$1/task/$1/children" || true
	echo "$1 $children"
}

# woken PID: how often it and its children waited for something, all that they have
# waited for counted.
woken() {
	local pid

	for pid in $(family "$1"); do
		sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' "/proc/$pid/status"
	done | awk '{ n += $1 } END { print n }'
}

# cpu_ns PID: of it and its children.
cpu_ns() {
	local pid

	for pid in $(family "$1"); do
		cat "/proc/$pid/schedstat"
	done | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

# cost_of PID SECONDS: prints wake-ups a second and CPU time in percent, once it has
# done what was asked of it.
cost_of() {
	local began woken ns

	sleep 0.5
	began=$(date +%s%N) woken=$(woken "$1") ns=$(cpu_ns "$1")
	sleep "$2"
	echo $(($(woken "$1") - woken)) $(($(cpu_ns "$1") - ns)) $(($(date +%s%N) - began)) |
		awk '{ printf "%.1f %.3f\n", $1 * 1e9 / $3, $2 * 100 / $3 }'
}

# fake_kvm DIR PID CPUS: KVM's files of a VM.
fake_kvm() {
	local cpu

	for ((cpu = 0; cpu < $3; cpu++)); do
		mkdir -p "$1/$2-11/vcpu$cpu"
		echo -5000000 >"$1/$2-11/vcpu$cpu/tsc-offset"
	done
}
