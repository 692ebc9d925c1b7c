# SPDX-License-Identifier: GPL-2.0
# Sourced by the end-to-end tests: how they start guests.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=${O:-$top/build}
. "$here/results.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/hostclock-e2e.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# Debian's kernel where there is no need for a certain one: HOSTCLOCK_STOCK=7.3 tries that
stock=${HOSTCLOCK_STOCK:-6.1}

# For a guest that is a host itself: options that bring what hosts.sh needs.
host_options=(--no-hostclock)
for program in bin/hostclockd bin/hostclockd-sim bin/hostclockctl testing/exporter/bin/pagecheck \
	testing/exporter/bin/{pageset,pageoff,setclock}; do
	host_options+=(--add "$build/$program:/bin/${program##*/}")
done

# The kernel that looks for mistakes. While it looks at its CPU's features, it does not know that
# addresses have 57 bits, and KASAN calls any wild that an interrupt uses: they shall have 48.
debug_kernel=(--kernel "$build/kernel-debug/arch/x86/boot/bzImage" --append no5lvl --no-hotplug)

# guest LABEL [OPTIONS] -- COMMAND: runs it in a guest, with the test's scripts
# in /. Names of results get the label in front. A guest that could not be run is a failure by itself.
guest() {
	local label=$1 status
	shift

	"$top/tools/guest-run" --add "$here/results.sh" \
		"${guest_scripts[@]/#/--add=$here/guest/}" "$@" |
		sed -u -E "s/^(ok|not ok|skip) - /&$label: /"
	status=${PIPESTATUS[0]}
	case $status in
	0) ;;
	1) failed=1 ;;
	# It may have ended in the middle of a line.
	*) echo; not_ok "$label: the guest runs" "guest-run exited with $status" ;;
	esac
	return "$status"
}

# steps COUNT EVERY: a script for hostclockd-sim. From its third second on the clock is set
# every EVERY seconds, 3 s ahead and 2.25 s back by turns.
steps() {
	awk -v count="$1" -v every="$2" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "%.3f step %s\n", 3 + i * every, i % 2 ? "-2.25" : "3.000000007"
	}'
}

# For hostclockd: a busy machine must not make it publish late, if that can be had.
priority=()
! chrt -f 1 true 2>/dev/null || priority=(--priority 1)

init_root=$work/init

# init_image SCRIPT IMAGE [KERNEL]: the initramfs of a guest of guest-run's --kernel KERNEL (patched),
# with SCRIPT as its first process, which sources guest/bare.sh, and with what is in $init_root.
init_image() {
	mkdir -p "$init_root"
	install -m 755 "$1" "$init_root/init"
	cp "$here/results.sh" "$here/guest/bare.sh" "$init_root/"
	{
		cat "$build/guest/initramfs-${3:-patched}.cpio"
		(cd "$init_root" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0)
	} >"$2"
}

# exporter DIR [OPTIONS]: starts one and waits until its pages are valid. Sets
# exporter_pid; the caller's EXIT trap must end it.
exporter() {
	local dir=$1 program=$build/bin/hostclockd _

	shift
	[[ " $*" != *" --sim"* && " $*" != *" --faults"* ]] || program+=-sim
	: >"$work/ready"
	"$program" --dir "$dir" "$@" >"$work/ready" &
	exporter_pid=$!
	for _ in {1..200}; do
		! grep -q ready "$work/ready" || return 0
		kill -0 $exporter_pid 2>/dev/null || break
		sleep 0.05
	done
	not_ok "the exporter starts" "$(cat "$work/ready")"
	exit 1
}
