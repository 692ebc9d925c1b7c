# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by the recipes: dry runs, hostclockd, and what a VMM's socket is asked.
set -euo pipefail

dir=/run/hostclock
run=

# do_it COMMAND...
do_it() {
	if [[ $run == print ]]; then
		printf '%q ' "$@"
		echo
	else
		"$@"
	fi
}

ctl() {
	do_it hostclockctl --dir "$dir" "$@"
}

# api METHOD URL [JSON]: to $socket
api() {
	local body=()

	[[ $# -lt 3 ]] || body=(-H 'Content-Type: application/json' -d "$3")
	do_it curl --silent --show-error --fail-with-body --unix-socket "$socket" -X "$1" \
		"${body[@]}" "http://localhost$2"
}

# record NAME FILE: where a paused VM's clocks are
record() {
	ctl stop "$1"
	if [[ $run == print ]]; then
		ctl handover "$1"
	else
		ctl handover "$1" >"$2"
	fi
}

# go_on NAME PID FILE CAUSE: from there, with a VM that is loaded and has not run
go_on() {
	if [[ $run == print ]]; then
		ctl takeover "$1"
	else
		ctl takeover "$1" <"$3"
	fi
	ctl attach "$1" --pid "$2" --cause "$4"
}

# put FILE: standard input, as its content
put() {
	if [[ $run == print ]]; then
		printf 'put %q\n' "$1"
		sed 's/^/\t/'
	else
		cat >"$1"
	fi
}

# patches SERIES DIRECTORY: both series, behind what is there; those of an earlier time
# are removed. Builders take all *.patch by name, and a cover letter is none.
patches() {
	local series=$1 to=$2 file number

	[[ -f $(find "$series" -maxdepth 1 -name '0001-*.patch' -print -quit 2>/dev/null) ]] ||
		die "$series: holds no series; make one by: make series K=VERSION"
	do_it mkdir -p "$to"
	for file in "$to"/8[0-9][0-9][0-9]-hostclock-*.patch; do
		[[ ! -f $file ]] || do_it rm "$file"
	done
	for file in "$series"/*.patch "$series"/on-top/*.patch; do
		number=${file##*/}
		[[ -f $file && $number != 0000-* ]] || continue
		number=${number:1}
		[[ $file != */on-top/* ]] || number=5${number:1}
		do_it cp "$file" "$to/8${number%%-*}-hostclock-${number#*-}"
	done
}

# options: the lines of microvm.config that set one
options() {
	grep '^CONFIG_' "$(dirname "$0")/../kernel/microvm.config"
}

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# usage(): the recipe's own
wrong_usage() {
	usage >&2
	exit 2
}

# own_option OPTION VALUE: takes one that only the recipe has; false if it has none such
own_option() {
	return 1
}

# take_options WORD...: sets command and arguments
take_options() {
	while [[ ${1:-} == --* ]]; do
		case $1 in
		--help) usage; exit 0 ;;
		--dir) dir=${2:?}; shift ;;
		--dry-run) run=print ;;
		*) own_option "$@" || wrong_usage; shift ;;
		esac
		shift
	done
	command=${1:-}
	arguments=("${@:2}")
}

# The first argument is the API's socket, which a VMM that was just started has soon.
take_socket() {
	local i

	socket=${arguments[0]}
	arguments=("${arguments[@]:1}")
	for ((i = 0; i < 50; i++)); do
		[[ $run != print && ! -S $socket ]] || break
		sleep 0.1
	done
}
