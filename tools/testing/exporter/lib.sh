# SPDX-License-Identifier: GPL-2.0
# Sourced by the exporter's tests: an exporter of their own, and verdicts.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=${O:-$here/../../../build}
tools=$build/testing/exporter/bin
work=$(mktemp -d) || exit 1
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

# in_guest: a test that calls this first is run in a guest, as on a machine of its own,
# whose clock and priorities are free to use.
in_guest() {
	local top=$here/../../.. program options=()

	[[ ! ${HOSTCLOCK_IN_GUEST:-} ]] || return 0
	for program in bash sed chrt date setpriv install timeout; do
		options+=(--add "$(type -P "$program"):/usr/local/bin/$program")
	done
	for program in "$build"/bin/hostclock{d,ctl} "$tools"/{setclock,pageset,pagecheck}; do
		options+=(--add "$program:/hostclock/build/${program#"$build/"}")
	done
	"$top/tools/guest-run" --no-hostclock --accel tcg --cpus 1 "${options[@]}" \
		--add "$here:/hostclock/tools/testing/exporter" --env HOSTCLOCK_IN_GUEST=1 \
		--env PATH=/usr/local/bin:/bin:/sbin:/usr/bin:/usr/sbin -- \
		bash "/hostclock/tools/testing/exporter/${0##*/}"
	exit
}

# as_nobody PROGRAM OPTION...: one of ours as another user.
as_nobody() {
	local program=$work/$1

	shift
	chmod 755 "$work"
	install -m 755 "$build/bin/${program##*/}" "$program"
	setpriv --reuid 65534 --clear-groups --inh-caps=-all "$program" "$@"
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

# processes: the daemon's and its children's, whatever they are.
processes() { echo "$daemon" && pgrep -P "$daemon"; }

# process ROLE: of that process of hostclockd, as it says.
process() {
	ctl status --json | sed -n "/\"role\": *\"$1\"/,/}/s/^ *\"pid\": *\([0-9]*\).*/\1/p"
}

# another ROLE PID: there is another one than that.
another() {
	local pid

	pid=$(process "$1" 2>/dev/null)
	[[ $pid && $pid != "$2" ]]
}

# set_of PAGE: the set that holds, into variables.
set_of() {
	local text

	text=$("$tools/pageset" "$dir" "$1") || { echo "# $text"; return 1; }
	eval "$text"
}

# retry_for SECONDS COMMAND...: until it succeeds, for so long at most.
retry_for() {
	local i tries=$(($1 * 20))

	shift
	for ((i = 0; i < tries; i++)); do
		"$@" && return
		sleep 0.05
	done
	return 1
}

# eventually COMMAND...: for 10 s: on a busy machine nothing comes at the time that it should.
eventually() { retry_for 10 "$@"; }

# vm_is NAME KEY WANT
vm_is() { [[ $(vm "$1" "$2") == "$3" ]]; }

# status KEY: a number, text or truth of `hostclockctl status`, the first so named.
status() {
	ctl status --json | sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" | head -n 1
}

# vm NAME KEY: the same of one VM.
vm() {
	ctl status --json | sed -n "/\"name\": *\"$1\"/,/}/s/^ *\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p"
}
