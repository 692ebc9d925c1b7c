# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests' scripts in the Debian guest.
. /hostclock/results.sh

# finish: whatever was logged so far is with the host, too.
finish() {
	logger "the test ends"
	sleep 0.3
	echo "exit $failed"
}

# ask WORD ARGUMENT...: has the host do it.
ask() {
	local word status

	echo "host $*"
	read -r word status
	[ "$word" = "done" ] && return "$status"
}

# eventually COMMAND...: until it succeeds, for $limit (20) s at most.
eventually() {
	local now until _

	read -r now _ </proc/uptime
	until=$((${now%.*} + ${limit:-20}))
	until "$@"; do
		read -r now _ </proc/uptime
		[ "${now%.*}" -lt "$until" ] || return 1
		sleep 0.1
	done
}

# Is chronyd's source the host's PTP clock?
selected() { chronyc -c sources | grep -q "^#,\*,HCLK,"; }

# Of hostclockd, where this machine is a host.
dir=/run/hostclock

ctl() { hostclockctl --dir $dir "$@"; }

# vm NAME KEY: from hostclockctl's status.
vm() {
	ctl status --json | sed -n "/\"name\": *\"$1\"/,/}/s/^ *\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p"
}

vm_is() { [ "$(vm "$1" "$2")" = "$3" ]; }

# Without one that runs, hostclockctl reads what it has left, and says so.
answers() { [ -z "$(ctl list 2>&1 >/dev/null)" ]; }

kernel_is() { [ "$(ctl kernel status | sed -n 's/^kernel *\([a-z]*\).*/\1/p')" = "$1" ]; }
