# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by run: counting results, and showing them.

# count RESULTS
count() {
	passed=$((passed + $(grep -c '^ok - ' "$1")))
	failed=$((failed + $(grep -c '^not ok - ' "$1")))
	skipped=$((skipped + $(grep -c '^skip - ' "$1")))
	mapfile -t -O ${#remembered[@]} remembered < <(grep -E '^(not ok|skip) - ' "$1")
}

# show_ktap NAME RESULTS
show_ktap() {
	awk -v name="$1" -v number=$((++ktap_number)) -f "$here/ktap.awk" "$2"
}

# A result of the runner's own.
own_result() {
	mkdir -p "$logs/$1"
	result "$2" "$3" >"$logs/$1/results"
	if [[ $ktap ]]; then
		show_ktap "$1" "$logs/$1/results"
	else
		cat "$logs/$1/results"
	fi
	count "$logs/$1/results"
}

# show_again RESULT TITLE: one line each, for who has the end of the output only
show_again() {
	local result title="# $2"

	for result in "${remembered[@]}"; do
		[[ $result == "$1 - "* ]] || continue
		[[ ! $title ]] || echo "$title"
		title=
		echo "#   ${result#"$1 - "}"
	done
}

# What those that failed printed last, which is why, if no result of theirs says so.
show_failed() {
	local name

	while read -r name; do
		[[ -s $logs/$name/log ]] || continue
		echo "# the end of $name's log:"
		tail -n 20 "$logs/$name/log" | sed 's/^/#     /'
	done < <(printf '%s\n' "${remembered[@]}" | sed -n 's/^not ok - \([^ :]*\): .*/\1/p' | uniq | tail -n 4)
}

# Ends with the count, whatever happens.
finish() {
	trap '' INT TERM HUP
	if [[ ${#slowest[@]} -gt 1 ]]; then
		echo "# the slowest tests:"
		printf '%s\n' "${slowest[@]}" | sort -k1,1nr | head -n 10 |
			awk '{ printf "#%6d s  %s\n", $1, $2 }'
	fi
	show_failed
	show_again "not ok" "failed:"
	show_again skip "skipped:"
	echo "$passed passed, $failed failed, $skipped skipped"
	((failed == 0 && passed > 0))
	exit
}
