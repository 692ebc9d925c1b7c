# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests that let clocks jump: a guest that asks its host for it.

# jumps LABEL TABLE [OPTIONS]
jumps() {
	local label=$1 table=$2
	shift 2

	: >"$work/out"
	guest "$label" --clock sim --timeout 600 "$@" --host-cmd \
		"'$here/host/asked' '$work/out'" -- \
		jumps "$table" >"$work/out"
	grep -v "^ask:" "$work/out"
}
