# SPDX-License-Identifier: GPL-2.0
# Sourced after lib.sh: a Debian guest that has the clock of a hostclockd here, with a
# simulated clock.
exporter_pid='' qemu_pid=
clean_up() {
	kill $qemu_pid $exporter_pid 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT

ctl() { "$build/bin/hostclockctl" --dir "$work/export" "$@"; }

# page NAME FILE SIZE [READONLY]: arguments for a device with these pages.
page() {
	pages+=(-object "memory-backend-file,id=$1-memory,share=on,readonly=${4:-on},mem-path=$2,size=$3"
		-device "ivshmem-plain,memdev=$1-memory,id=$1")
}

# exporter_with_pages [stock]: sets guest_file, and pages, the arguments. The vDSO of a stock
# kernel reads the line page behind the guest page, if the guest may write there.
exporter_with_pages() {
	exporter "$work/export" --sim "${priority[@]}"
	guest_file=$(ctl create debian)
	pages=()
	page clock "$work/export/clock" 16K
	if [[ ${1:-} == stock ]]; then
		page guest "$guest_file" 8K off
	else
		page guest "$guest_file" 4K
	fi
}

# What QEMU emulates is found once the guest uses its TSC.
host_started() {
	local _

	for _ in {1..100}; do
		! ctl attach debian --pid $qemu_pid --qmp "$work/qmp" >"$work/attach" 2>&1 || return 0
		sleep 0.1
	done
	not_ok "hostclockd attaches to the guest" "$(cat "$work/attach")"
}
