# SPDX-License-Identifier: GPL-2.0
# Sourced after monitor.sh: the guest on its way from one QEMU to another.

dir=$(dirname "$QMP_SOCKET")

# The arguments of the guest's QEMU, for another one. The two share the guest's
# streams and its page file, one after the other. Sets arguments and events.
destination_arguments() {
	local i

	events=()
	mapfile -d '' -t arguments <"/proc/$QEMU_PID/cmdline"
	for ((i = 0; i < ${#arguments[@]}; i++)); do
		case ${arguments[i]} in
		unix:"$QMP_SOCKET",*) arguments[i]="unix:$dir/qmp2,server=on,wait=off" ;;
		unix:*/events,*)
			arguments[i]="unix:$dir/events2,server=on,wait=off"
			events=(--events "$dir/events2") ;;
		file:*) arguments[i]=file:$GUEST_RUN_CONSOLE_DIR/$HOSTCLOCK_GUEST.destination.console ;;
		esac
	done
}

# start_destination URI: sets destination, its process. Both have the FIFOs open then.
start_destination() {
	"${arguments[@]}" -S -incoming "$1" &
	destination=$!
	trap 'kill $destination 2>/dev/null' EXIT
	wait_for "the destination's monitor" test -S "$dir/qmp2"
}

# told COMMAND: the source has answered, which on a busy machine it may not do in time.
told() {
	(($(monitor "$QMP_SOCKET" "$1" | grep -cE '"(return|error)"') == 2))
}

# send URI: the guest's state, to its end.
send() {
	wait_for "QEMU to send" told '{"execute":"migrate","arguments":{"uri":"'"$1"'"}}'
	wait_for "the end of the migration" migration_ended
	grep -oE '"(downtime|total-time)": [0-9]+' <<<"$state"
	[[ $state != *'"completed"'* ]] || return 0
	echo "not migrated: $state"
	exit 1
}

# Sets state.
migration_ended() {
	state=$(monitor "$QMP_SOCKET" '{"execute":"query-migrate"}')
	[[ $state =~ \"(completed|failed)\" ]]
}

# Asked again until it does.
source_ended() {
	[[ ! -e /proc/$QEMU_PID/exe ]] && return
	monitor "$QMP_SOCKET" '{"execute":"quit"}' >/dev/null
	false
}

# QEMU writes what the source had into the page's file until then.
arrived() {
	[[ $(monitor "$dir/qmp2" '{"execute":"query-status"}') == *'"paused"'* ]]
}

# continue_there CAUSE: once all is there.
continue_there() {
	wait_for "the destination has everything" arrived
	ctl attach "$HOSTCLOCK_GUEST" --pid "$destination" --qmp "$dir/qmp2" \
		"${events[@]}" --cause "$1" && ctl cont "$HOSTCLOCK_GUEST" || exit 1
	ctl status | grep "^vm .*$HOSTCLOCK_GUEST "
}
