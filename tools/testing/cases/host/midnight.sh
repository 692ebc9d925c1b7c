# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two midnights of the simulated clock: a leap second is inserted at the first one, and
# nothing happens at the second. CTL is hostclockctl.
ctl() { "$CTL" --dir "$HOSTCLOCK_DIR" "$@" >&2; }

# near SECONDS: it is so long before midnight UTC
near() {
	local now

	now=$("$CTL" --dir "$HOSTCLOCK_DIR" --json status |
		sed -n 's/ *"realtime_ns":\([0-9]*\),/\1/p' | head -n 1)
	ctl sim step "$(awk -v now="$now" -v s="$1" \
		'BEGIN { printf "%d", 86400 - int(now / 1e9) % 86400 - s }')"
}

sleep 1
near 9
ctl sim leap insert 7
sleep 13
near 6
