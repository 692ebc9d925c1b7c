# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests of broken pages: an exporter, a guest, and rows of faults.

dir=$work/export pid=$work/pid
seed=${SEED:-$RANDOM}
kernel=()

# The exporter that is there at the end may not be the one that was started here.
# Its other processes end when they notice, which takes a moment.
end_exporter() {
	[[ ! -s $pid ]] || kill -KILL "$(cat "$pid")" 2>/dev/null
	rm -f "$pid"
	for _ in {1..100}; do
		pgrep -f -- "hostclockd-sim --dir $dir( |\$)" >/dev/null || break
		sleep 0.1
	done
}
trap 'end_exporter; rm -rf "$work"' EXIT

# faults BUS TRANSPORT ROWS...: groups of rows of host/faults.py, in a guest with ${kernel[@]}
faults() {
	local bus=$1 transport=$2 status found
	shift 2

	rm -rf "$dir"
	exporter "$dir" --faults --valid 2 --pidfile "$pid"
	disown "$exporter_pid"
	head -c 8192 /dev/zero >"$work/shm"
	printf FAULTS | dd of="$work/shm" conv=notrunc status=none
	"$top/tools/guest-run" "${kernel[@]}" --dir "$dir" --bus "$bus" --transport "$transport" --shm "$work/shm" \
		--timeout "${timeout:-600}" --add "$build/bin/guest/faults" --host-cmd \
		"HOSTILE='$build/testing/exporter/bin/hostile' python3 -B '$here/host/faults.py' '$build/bin' '$pid' \
			'$top/lib/include/uapi/linux/hostclock-abi.h' $seed $* >'$work/results' 2>&1" \
		-- sh -c "realpath /sys/class/misc/hostclock0/device && /faults" >"$work/device"
	status=$?
	end_exporter
	sed -u -E "s/^(ok|not ok) - /&$bus: /" "$work/results"
	same "$bus: $*: the guest runs" 0 $status
	! grep -q "^not ok" "$work/results" || failed=1
	[[ $(<"$work/device") == *virtio* ]] && found=pmem || found=ivshmem
	same "$bus: which is where the guest finds the pages" "$bus" "$found"
}
