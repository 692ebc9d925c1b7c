# SPDX-License-Identifier: GPL-2.0
# Sourced for what hostclockd costs: how often it is woken and the CPU time it takes.

# woken PID: how often it waited for something, all that it has waited for counted.
woken() {
	sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p' "/proc/$1/status"
}

# cpu_ns PID
cpu_ns() {
	local ns

	read -r ns _ <"/proc/$1/schedstat"
	echo "$ns"
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
