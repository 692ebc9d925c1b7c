# SPDX-License-Identifier: GPL-2.0
# Sourced by guest-run: the files of this run, appended to the guest's image.
# What the files mean to the guest stands in tools/guest/init.c.

add_file() {
	local from to lib lib_to

	from=$(added_file "$1")
	to=$(added_path "$1")
	[[ $to && $to != */ ]] || to=$to${from##*/}
	mkdir -p "$root/$(dirname "$to")"
	cp -rL --preserve=mode "$from" "$root/$to" || fail "--add $1: cannot be read"
	[[ -f $from ]] || return 0
	elf_libraries "$from" | while read -r lib lib_to; do
		install -D "$lib" "$root/$lib_to"
	done || fail "--add $1: its libraries cannot be added"
}

# What the guest waits for before COMMAND starts, if anything.
expected_clock() {
	[[ $opt_hostclock && $opt_wait ]] || return 0
	case $opt_mode in
	follow) echo "clocksource hostclock" ;;
	raw) echo "clocksource hostclock-raw" ;;
	ptp) echo "ptp hostclock" ;;
	esac >"$run/expect"
}

write_environment() {
	local defaults=(
		HOSTCLOCK="${opt_hostclock:-0}"
		HOSTCLOCK_KERNEL="$opt_kernel"
		HOSTCLOCK_MODE="$opt_mode"
		HOSTCLOCK_CLOCK="$opt_clock"
		HOSTCLOCK_PAGE="$opt_page"
		HOSTCLOCK_FORMAT="$opt_format"
		HOSTCLOCK_TRANSPORT="$opt_transport"
		HOSTCLOCK_BUS="$opt_bus"
		HOSTCLOCK_CPUS="$opt_cpus"
		HOSTCLOCK_ACCEL="$accel"
		PATH=/bin:/sbin:/usr/bin:/usr/sbin:/
		HOME=/
		TERM="${TERM:-dumb}"
	)

	# For /etc/profile: the serial port does not know the terminal's size.
	[[ ! $opt_tty ]] || defaults+=(TTY_SIZE="$(stty size)")
	printf '%s\0' "${defaults[@]}" "${opt_env[@]}" >"$run/env"
}

make_overlay() {
	local root=$tmp/root run=$tmp/root/etc/guest-run/run add

	mkdir -p "$run"
	for add in "${opt_add[@]}"; do
		add_file "$add"
	done
	printf '%s\0' "${command[@]}" >"$run/argv"
	write_environment
	expected_clock
	[[ ! $opt_tty ]] || touch "$run/tty"
	[[ ! $opt_stdin ]] || cat >"$run/stdin"
	{
		cat "$image"
		(cd "$root" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0)
	} >"$tmp/initramfs" || fail "cannot write the guest's image"
	rm -rf "$root"
}
