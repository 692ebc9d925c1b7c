# SPDX-License-Identifier: GPL-2.0
# Sourced behind lib.sh: VMs under KVM without KVM, with files in the place of its
# files and a program in that of QEMU's monitors.

kvm=$work/kvm

# machine NAME STATUS OFFSET [HOW...]: a VM, without CPUs yet if OFFSET is empty. Sets
# its pid.
machine() {
	mkdir -p "$work/$1"
	python3 "$here/fakeqemu.py" "$work/$1" "$2" "${@:4}" &
	pid=$!
	children+=("$pid")
	mkdir -p "$kvm/$pid-11"
	[[ ! ${3:-} ]] || offset "$3"
	for ((i = 0; i < 200; i++)); do
		[[ ! -S $work/$1/events ]] || return 0
		sleep 0.05
	done
}

# offset TICKS: of the last machine.
offset() {
	mkdir -p "$kvm/$pid-11/vcpu0"
	echo "$1" >"$kvm/$pid-11/vcpu0/tsc-offset.new"
	mv "$kvm/$pid-11/vcpu0/tsc-offset.new" "$kvm/$pid-11/vcpu0/tsc-offset"
}

# say_to NAME COMMAND: to its monitor; returns when that has done it.
say_to() {
	printf '{"execute":"qmp_capabilities"}\n{"execute":"%s"}\n' "$2" |
		timeout 10 socat -t "${3:-0.2}" - "unix-connect:$work/$1/qmp" >/dev/null
}

# told NAME EVENT: when it was told last, ns.
told() {
	sed -n "s/^$2 //p" "$work/$1/told" | tail -n 1
}

# wait_state NAME STATE TEXT
wait_state() {
	local i

	for ((i = 0; i < 100; i++)); do
		[[ $(vm "$1" state) != "$2" ]] || break
		sleep 0.05
	done
	check "$3" test "$(vm "$1" state)" = "$2"
}

# near NAME FOUND WANT: ns, to what rounding can do.
near() {
	if (($2 - $3 <= 5 && $2 - $3 >= -5)); then
		ok "$1"
	else
		not_ok "$1" "$2 ns, not $3"
	fi
}

# between NAME FOUND LEAST MOST
between() {
	if (($2 >= $3 && $2 <= $4)); then
		ok "$1"
	else
		not_ok "$1" "$2 ns, not from $3 to $4"
	fi
}

# counted NAME: RAW does not count the gap, and MONOTONIC what policy says, each
# against what it was; mono and raw are what they were.
counted() {
	local name=$1 policy gap

	policy=$(vm "$name" policy)
	gap=$(vm "$name" gap_ns)
	if [[ $policy == suspend ]]; then
		near "$name: MONOTONIC counts all but the gap" "$(vm "$name" mono_offset_ns)" \
			$((mono - gap))
	else
		near "$name: MONOTONIC counts the gap" "$(vm "$name" mono_offset_ns)" "$mono"
	fi
	near "$name: MONOTONIC_RAW does not" "$(vm "$name" raw_offset_ns)" $((raw - gap))
}
