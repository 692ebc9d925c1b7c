# SPDX-License-Identifier: GPL-2.0
# Sourced by guest-run: the exporter, and this guest's pages.

exporter_pid=
guest_name=guest-$$

ctl() {
	"$control" --dir "$dir" "$@"
}

# Sets dir and the pages' files. An exporter that runs in --dir is used as it is.
start_exporter() {
	[[ $opt_hostclock ]] || return 0
	dir=${opt_dir:-$tmp/export}
	if [[ $opt_dir ]] && ctl list >/dev/null 2>&1; then
		say "using the exporter in $dir"
	else
		launch_exporter
	fi
	create_pages
}

# The hostclockd of tests, if the clock is simulated or there are faults to come.
exporter_program() {
	if [[ $opt_clock == sim || $opt_format == scaled || $opt_script ]]; then
		echo "$exporter-sim"
	else
		echo "$exporter"
	fi
}

launch_exporter() {
	local args=(--dir "$dir") program line=

	program=$(exporter_program)
	case $opt_clock,$opt_format in
	*,scaled) args+=(--sim-icount) ;;
	sim,*) args+=(--sim) ;;
	*) [[ ! $opt_script ]] || args+=(--faults) ;;
	esac
	[[ ! $opt_script ]] || args+=(--script "$opt_script")
	[[ $opt_page != sls ]] || args+=(--smear sls)
	[[ ! ${GUEST_RUN_PRIORITY:-} ]] || args+=(--priority "$GUEST_RUN_PRIORITY")
	say "starting ${program##*/} ${args[*]}"
	exec 6< <(exec setpriv --pdeathsig TERM "$program" "${args[@]}" 2>"$tmp/hostclockd.log")
	exporter_pid=$!
	while read -r -t 20 -u 6 line; do
		[[ $line != "hostclockd: ready" ]] || return 0
	done
	cat "$tmp/hostclockd.log" >&2
	fail "the exporter did not become ready"
}

# This machine's, as the exporter in dir has it.
tsc_khz() {
	ctl --json status | sed -n 's/.*"tsc_khz": *\([0-9]*\).*/\1/p' | head -n 1
}

# The same where there is no exporter for the guest: one has measured it, once for every
# boot. Nothing if none can: not every machine's clocks are a function of its TSC.
kept_tsc_khz() {
	local cache=$build/tsc-khz boot

	[[ -x $exporter && -x $control ]] || return 0
	boot=$(</proc/sys/kernel/random/boot_id)
	if [[ $(head -n 1 "$cache" 2>/dev/null) != "$boot" ]]; then
		(
			dir=$tmp/measuring
			launch_exporter
			printf '%s\n%s\n' "$boot" "$(tsc_khz)" >"$cache.$$"
			end_process "$exporter_pid"
		) 2>/dev/null && mv "$cache.$$" "$cache"
	fi
	sed -n 2p "$cache" 2>/dev/null
}

create_pages() {
	local args=(create "$guest_name" --format "$opt_format" --policy "$opt_policy")

	case $opt_page in
	strict) args+=(--smear strict) ;;
	smeared) args+=(--smear noon) ;;
	sls) args+=(--smear sls) ;;
	esac
	[[ $opt_transport != private ]] || args+=(--private)
	[[ ! $opt_doorbell ]] || args+=(--doorbell)
	{ read -r guest_file; read -r guest_doorbell; } < <(ctl "${args[@]}")
	[[ -f $guest_file && (! $opt_doorbell || -S $guest_doorbell) ]] ||
		fail "hostclockctl ${args[*]} failed"
	created=1
}

# Tells the exporter where the guest's counter stands.
attach_exporter() {
	local args=(attach "$guest_name") until=$((SECONDS + 12))

	[[ $opt_hostclock ]] || return 0
	if [[ $opt_format == scaled ]]; then
		args+=(--tsc-offset 0)
	else
		args+=(--pid "$qemu_pid" --qmp "$tmp/qmp")
		[[ $accel != kvm ]] || args+=(--events "$tmp/events")
	fi
	say "hostclockctl ${args[*]}"
	# What else in QEMU looks like the offset does so for 10 s at most.
	while ((SECONDS < until)) && kill -0 "$qemu_pid" 2>/dev/null; do
		ctl "${args[@]}" >"$tmp/attach.log" 2>&1 && return 0
		sleep 0.1
	done
	cat "$tmp/attach.log" >&2
	fail "the exporter could not attach to the guest"
}

stop_exporter() {
	[[ ! ${created:-} ]] || ctl remove "$guest_name" >/dev/null 2>&1
	[[ ! $exporter_pid ]] || end_process "$exporter_pid"
}
