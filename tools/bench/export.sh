# SPDX-License-Identifier: GPL-2.0
# usage: export.sh TURNS SECONDS: in a guest that is a host, whose kernel writes the clock page.
# Figures, and figures for orientation behind a "#".
page=/run/clock
calls=500

updates() {
	sed -n 's/^updates //p' /sys/kernel/debug/hostclock_export/counters
}

# per_second NAME COMMAND...: updates, while COMMAND runs
per_second() {
	local name=$1 before

	shift
	before=$(updates)
	"$@" >/dev/null
	awk -v n=$(($(updates) - before)) -v s="$seconds" -v name="$name" \
		'BEGIN { printf "export_updates_per_s_%s %.1f\n", name, n / s }'
}

turns=$1 seconds=$2
insmod /hostclock_export.ko || exit 1
for turn in $(seq "$turns"); do
	rm -f $page
	[ "$(livepage $page attach)" = attached ] || exit 1
	written=$(updatecost $calls)
	livepage $page detach || exit 1
	echo "$written $(updatecost $calls)"
done >/tmp/costs
# The median of the turns' ratios
awk '{ print $1 / $2 }' /tmp/costs | sort -g |
	awk '{ r[NR] = $1 } END { printf "export_update_over_none %.4f\n", r[int((NR + 1) / 2)] }'
sort -n /tmp/costs | awk '{ a[NR] = $1; b[NR] = $2 } END { m = int((NR + 1) / 2)
	printf "# an adjtimex() that changes the rate: %d ns, and %d where nobody writes a page\n",
		a[m], b[m] }'
rm -f $page
livepage $page attach >/dev/null
per_second idle sleep "$seconds"
per_second slewed_50hz disturb "$seconds"
