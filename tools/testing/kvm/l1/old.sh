# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: the host's kernel writes the page of a guest whose module is from before that
# was thought of.  It reads the page as any other: it is late while the host updates its clock, by as
# much as that changes, and right at any other time.
. "$l1/export.sh"
guest_scripts=()
trips=${EXACT_TRIPS:-200000}

# one_in N SIDE: of the exchanges with a swaying clock, at most one in N went back.
one_in() {
	local line count back

	line=$(sed -n "s/^# sampled: \([0-9]*\) stamps to the $2, \([0-9]*\) back by .*/\1 \2/p" "$work/both")
	read -r count back <<<"$line"
	holds "old module: swaying: one in $1 stamps to the $2 is late, or fewer" "$line" \
		[ "${count:-0}" -ge "$trips" -a "$((${back:-1} * $1))" -le "${count:-0}" ]
}

export_start
truncate -s 4096 "$work/shm"
guest "old module, guest's side" --accel kvm --cpus 1 --kernel stock-6.1 --append hostclock.vdso=N --append mitigations=off \
	--add "$build/old/hostclock.ko:/lib/modules/hostclock.ko" --shm "$work/shm" --timeout 600 \
	--host-cmd "$l1/exchange-old $work/shm $trips >$work/host" -- \
	sh -c "pingpong guest && hostclock status" >"$work/guest"
sed -E "s/^(ok|not ok|skip) - /&old module, host's side: /" "$work/host"
cat "$work/guest"
cat "$work/host" "$work/guest" >"$work/both"
same "old module: both sides have judged both rounds" 4 "$(grep -c '^ok.*time never' "$work/both")"
one_in 100 guest
one_in 100 host
export_end old
