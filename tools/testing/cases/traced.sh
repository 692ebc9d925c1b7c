# SPDX-License-Identifier: GPL-2.0
# Sourced after e2e/lib.sh, by what runs guest/traced.sh.
cases=$top/tools/testing/cases

# traced LABEL COMMAND [OPTIONS]: in a guest whose host steps its clock twice a second. With
# two threads QEMU 7.2 hung: one CPU ran the breakpoint for ever that the other had put into
# clock_was_set() and taken away again when it switched tracers.
traced() {
	local label=$1 command=$2 at

	shift 2
	for at in $(seq 1 0.5 1200); do
		echo "$at step 0.25"
	done >"$work/script"
	guest "$label" --clock sim --host-script "$work/script" --one-thread \
		--add "$build/bin/cases/stamps" --add "$cases/guest/traced.sh" "$@" -- sh -c "$command"
}
