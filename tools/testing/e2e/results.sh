# SPDX-License-Identifier: GPL-2.0
# Sourced by the end-to-end tests, and by their scripts in the guest (so it
# must do with busybox): named results, in the form tools/testing/run counts.

failed=0

ok() {
	echo "ok - $1"
}

# not_ok NAME WHY
not_ok() {
	echo "not ok - $1: $2"
	failed=1
}

# skip NAME REASON
skip() {
	echo "skip - $1: $2"
}

# same NAME EXPECTED FOUND
same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "\"$3\", not \"$2\""
	fi
}

# holds NAME WHY COMMAND...: COMMAND succeeds. WHY is said if it does not.
holds() {
	local name=$1 why=$2
	shift 2

	if "$@"; then
		ok "$name"
	else
		not_ok "$name" "$why"
	fi
}

# run PROGRAM ARGS...: a program that prints results of its own.
run() {
	local status

	"$@"
	status=$?
	case $status in
	0) ;;
	1) failed=1 ;;
	*) not_ok "$*" "exit status $status" ;;
	esac
}

# await SECONDS COMMAND...: it succeeds within about that time; it is tried ten times a second.
await() {
	local left=$(($1 * 10))
	shift

	until "$@"; do
		[ $left -gt 0 ] || return 1
		sleep 0.1
		left=$((left - 1))
	done
}

# has VALUE FILE, at_least N FILE: is that what the file says? For await.
has() { [ "$(cat "$2" 2>/dev/null)" = "$1" ]; }

at_least() { [ "$(cat "$2")" -ge "$1" ]; }

# offers CLOCKSOURCE: may the kernel's be that? tsc-early is another one than tsc.
offers() { grep -qE "(^| )$1( |\$)" /sys/devices/system/clocksource/clocksource0/available_clocksource; }

# json_value KEY: of the flat object, as hostclock prints it, on standard input.
json_value() {
	sed -n "s/.*\"$1\":\(\"\([^\"]*\)\"\|\([^,}]*\)\).*/\2\3/p"
}
