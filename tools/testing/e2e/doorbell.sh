# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests of doorbells: a guest that is wholly idle.

# idle LABEL WHAT OPTIONS...: a guest that waits, and what host/doorbell.py does
idle() {
	local label=$1 what=$2
	shift 2

	mkdir -p "$work/$what"
	"$top/tools/guest-run" --cpus 1 --memory 192 --clock sim --timeout 150 --env POLL=1 "$@" \
		--add "$here/guest/chronyc.sh" --add "$here/guest/doorbell.sh" \
		--add "$build/bin/guest/notice" \
		--host-cmd "python3 -B '$here/host/doorbell.py' '$build/bin/hostclockctl' \
			'$build/bin/hostclockd-sim' '$work' '$work/$what/out' $what >'$work/$what/results' 2>&1" \
		-- sh /doorbell.sh >"$work/$what/out" 2>"$work/$what/log"
	sed -E "s/^(ok|not ok|skip) - /&$label: /" "$work/$what/results"
	if ! grep -q "^ok" "$work/$what/results"; then
		not_ok "$label: the guest runs" "$(tail -n 3 "$work/$what/log")"
	fi
	! grep -q "^not ok" "$work/$what/results" || failed=1
}
