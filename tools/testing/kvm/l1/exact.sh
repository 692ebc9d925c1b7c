# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the host's kernel writes the page. A program on the host and one in the
# guest, each of which reads its own CLOCK_REALTIME, never see time go back, whatever becomes
# of that.
. "$l1/export.sh"
guest_scripts=()
trips=${EXACT_TRIPS:-1000000} sets=${EXACT_SETS:-1000}
export_start
truncate -s 4096 "$work/shm"
guest "exact, guest's side" --accel kvm --cpus 1 --shm "$work/shm" --timeout 600 \
	--host-cmd "$l1/exchange $work/shm $trips $sets >$work/host" -- \
	sh -c "pingpong guest && pingpong guest && pingpong guest"
sed -E "s/^(ok|not ok|skip) - /&exact, host's side: /" "$work/host"
same "exact: the host's side has judged both rounds" 2 "$(grep -c '^ok' "$work/host")"
export_end exact
