# SPDX-License-Identifier: GPL-2.0
# Sourced by what L1 does to its guests.

# monitor SOCKET COMMAND: prints the answers.
monitor() {
	printf '{"execute":"qmp_capabilities"}\n%s\n' "$2" |
		timeout 5 socat -t 1 - "unix-connect:$1"
}

# wait_for_reading OUTPUT N: until the guest reads its clocks for the Nth time.
wait_for_reading() {
	local i

	for ((i = 0; i < 600; i++)); do
		(($(grep -c "reading the clocks" "$1") < $2)) || return 0
		sleep 0.2
	done
	echo "the guest does not read its clocks"
	exit 1
}
