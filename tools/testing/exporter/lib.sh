# SPDX-License-Identifier: GPL-2.0
# Sourced by the exporter's tests: an exporter of their own, and verdicts.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=${O:-$here/../../../build}
tools=$build/testing/exporter/bin
work=$(mktemp -d)
dir=$work/export
daemon=
children=()

cleanup() {
	local pid

	for pid in "${children[@]}" $daemon; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT

ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1: $2"; }

# check NAME COMMAND...: does the command succeed? Its output is the reason.
check() {
	local name=$1 why

	shift
	if why=$("$@" 2>&1); then
		echo "$why" | sed 's/^/# /'
		ok "$name"
	else
		not_ok "$name" "$(tail -n 1 <<<"$why") ($*)"
	fi
}

ctl() { "$build/bin/hostclockctl" --dir "$dir" "$@"; }

# as_nobody PROGRAM OPTION...: one of ours as another user, who may have no way to
# where it was built. 125 if there cannot be one.
as_nobody() {
	local program=$work/$1 user=(setpriv --reuid 65534 --clear-groups --inh-caps=-all)

	shift
	chmod 755 "$work"
	install -m 755 "$build/bin/${program##*/}" "$program"
	"${user[@]}" test -x "$program" || { echo "no way to $program"; return 125; }
	"${user[@]}" "$program" "$@"
}

# program_for OPTION...: the hostclockd that has them.
program_for() {
	case " $*" in
	*" --sim"* | *" --faults"*) echo "$build/bin/hostclockd-sim" ;;
	*) echo "$build/bin/hostclockd" ;;
	esac
}

# start OPTION...: an exporter in $dir; returns when it is ready.
start() {
	local program line=

	program=$(program_for "$@")
	exec {ready}< <(exec "$program" --dir "$dir" "$@" 2>"$work/log")
	daemon=$!
	while read -r -t 20 -u "$ready" line; do
		[[ $line != "hostclockd: ready" ]] || break
	done
	exec {ready}<&-
	[[ $line == "hostclockd: ready" ]] && return
	echo "# $(cat "$work/log")"
	daemon=
	return 1
}

# stop [SIGNAL]
stop() {
	kill -"${1:-TERM}" "$daemon"
	wait "$daemon" 2>/dev/null
	daemon=
}

# set_of PAGE: the set that holds, into variables.
set_of() {
	local text

	text=$("$tools/pageset" "$dir" "$1") || { echo "# $text"; return 1; }
	eval "$text"
}

# status KEY: a number, text or truth of `hostclockctl status`, the first so named.
status() {
	ctl status --json | sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" | head -n 1
}

# vm NAME KEY: the same of one VM.
vm() {
	ctl status --json | sed -n "/\"name\": *\"$1\"/,/}/s/^ *\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p"
}
