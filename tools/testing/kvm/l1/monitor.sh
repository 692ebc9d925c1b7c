# SPDX-License-Identifier: GPL-2.0
# Sourced by what L1 does to its guests.

ctl() {
	/hostclock/build/bin/hostclockctl --dir "$HOSTCLOCK_DIR" "$@"
}

# monitor SOCKET COMMAND: prints the answers.
monitor() {
	printf '{"execute":"qmp_capabilities"}\n%s\n' "$2" |
		timeout 5 socat -t 1 - "unix-connect:$1"
}

# How long wait_for waits, or a little longer
patience_s=120

# wait_for WHAT COMMAND...: until COMMAND succeeds, or ends with a word about it.
wait_for() {
	local what=$1 i
	shift

	for ((i = 0; i < patience_s * 5; i++)); do
		"$@" && return 0
		sleep 0.2
	done
	echo "in vain: $what"
	exit 1
}

# has_read OUTPUT N
has_read() {
	(($(grep -c "reading the clocks" "$1") >= $2))
}

# wait_for_reading OUTPUT N: until the guest reads its clocks for the Nth time.
wait_for_reading() {
	wait_for "the guest reads its clocks" has_read "$@"
}

# Is the clock page the host's kernel's now?
kernel_writes() {
	[[ $(ctl kernel status) == *live* ]]
}
