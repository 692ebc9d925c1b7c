# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Which of our files go where in a kernel tree. Sourced, in the top directory.

# Lines "OURS<tab>THEIRS".
overlay() {
	overlay_dir lib/include/uapi/linux include/uapi/linux
	overlay_dir lib/include/hostclock include/hostclock
	overlay_dir lib/hostclock lib/hostclock
	overlay_dir kunit lib/hostclock/tests
	overlay_dir drivers/ptp/hostclock drivers/ptp/hostclock
	overlay_dir arch/x86/include arch/x86/include
	overlay_dir arch/x86/entry arch/x86/entry
}

# compat/ stands in for what kernels without our patches lack, userspace.h for
# what user space lacks.
overlay_dir() {
	[[ -d $1 ]] || return 0
	find "$1" \( -name compat -o -name userspace.h \) -prune -o -type f \
		\( -name '*.[chS]' -o -name Kconfig -o -name Makefile -o -name Kbuild \) \
		-printf "%p\t$2/%P\n" | sort
}

# The directories of patches for a kernel's version, in their order.
series_of() {
	local dir=arch/x86/patches/$1

	[[ ! -f $dir/series ]] || echo "$dir"
	[[ ! -f $dir/on-top/series ]] || echo "$dir/on-top"
}

# The patches of a series and what each adds: lines "PATCH<tab>ADDITIONS...".
series() {
	local dir patch rest
	for dir; do
		while read -r patch rest; do
			[[ -z $patch || $patch == '#'* ]] || printf '%s\t%s\n' "$dir/$patch" "$rest"
		done <"$dir/series"
	done
}

# Which patch adds which file: lines "PATCH<tab>OURS<tab>THEIRS". Of several
# paths that a file is below of, the longest decides.
additions() {
	{ series "$@"; echo; overlay; } | awk -F'\t' '
		/^$/		{ files = 1; next }
		!files		{ n = split($2, paths, " ")
				  for (i = 1; i <= n; i++) patch[paths[i]] = $1
				  next }
		{
			best = ""
			for (path in patch)
				if (($2 == path || index($2, path "/") == 1) && length(path) > length(best))
					best = path
			print (best == "" ? "-" : patch[best]) "\t" $1 "\t" $2
		}'
}
