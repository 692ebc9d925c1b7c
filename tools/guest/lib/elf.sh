# SPDX-License-Identifier: GPL-2.0
# Sourced: what shared libraries a program needs.

# Prints "FROM TO" for the dynamic linker and every library that FILE needs; TO
# is relative to the root directory and where the dynamic linker will look. Prints nothing for
# what is no dynamically linked program.
elf_libraries() {
	local line from to

	[[ $(head -c 4 "$1" | tr -d '\0') == $'\x7fELF' ]] || return 0
	{ ldd "$1" 2>/dev/null || true; } | while read -r line; do
		case $line in
		*"not found"*)
			echo "$1 needs ${line%% *}, which is not installed" >&2
			return 1 ;;
		*" => /"*)
			from=${line#*=> }
			from=${from%% (*}
			# A path the linker searches by default, wherever it came from.
			to=lib/x86_64-linux-gnu/${from##*/}
			[[ $(head -c 5 "$from" | tail -c 1 | od -An -tu1) -eq 1 ]] &&
				to=lib/${from##*/}
			echo "$from $to" ;;
		/*)
			from=${line%% (*}
			echo "$from ${from#/}" ;;
		esac
	done
}
