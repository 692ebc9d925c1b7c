# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by tests that bring about what may befall a guest's clocks, and judge every
# reading. HOSTCLOCK_IMAGE is the kernel's image, if not the guest's kernel of all tests;
# HOSTCLOCK_SERIES=first says that it has the first series only, none that it has none: then
# RAW follows MONOTONIC, and with the first one adjtimex() says unsynchronized.

exporter_pid=
trap '[ -z "$exporter_pid" ] || kill "$exporter_pid" 2>/dev/null; wait; rm -rf "$work"' EXIT

# Readings of 32 bytes: some three seconds of them
ring_size=$((8 << 20))
# Two sets stand in a page, and none should be missed on a busy machine.
options=(--valid 2 --rate 4 "${priority[@]}")
# What runs in the guest
reader=(readings /dev/ptp_hostclock)

# watch NAME GROUP [OPTIONS]: the group's events on the host of a guest; rows go to a
# directory of that name
watch() {
	local name=$1 group=$2 dir=$work/$1 memory=192
	shift 2

	# What Debian's kernel needs
	[[ ${HOSTCLOCK_IMAGE:-} != stock-* ]] || memory=256
	mkdir "$dir"
	exporter "$dir/export" "${options[@]}"
	python3 -B "$here/host/ring.py" "$dir/ring" $ring_size
	"$top/tools/guest-run" --accel tcg --cpus 1 --memory $memory --timeout 300 \
		--dir "$dir/export" --shm "$dir/ring" --add "$build/bin/guest/readings" \
		--host-cmd "exec python3 -B '$here/host/matrix.py' $group '$build/bin' \
			'$dir' $exporter_pid ${options[*]}" \
		${HOSTCLOCK_IMAGE:+--kernel "$HOSTCLOCK_IMAGE"} "$@" -- "${reader[@]}"
	same "$name: all events can be brought about" 0 $?
	kill "$exporter_pid" 2>/dev/null
	wait "$exporter_pid"
	exporter_pid=
}

# judge BUS: the rows of the groups whose names begin with that
judge() {
	python3 -B "$here/host/verdict.py" "$work/$1"*/rows | sed -u -E "s/^(ok|not ok) - /&$1: /"
	[[ ${PIPESTATUS[0]} -eq 0 ]] || failed=1
}
