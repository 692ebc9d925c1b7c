# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of hostclock, hostclockd, hostclockctl and hostclock-notify in bash.
# Options and commands come from each program's own --help.

# Long options, with "=" behind those that take a value.
_hostclock_options() {
	"$1" --help 2>/dev/null |
		sed -nE 's/^ +(-., )? *(--[a-z0-9-]+)(=?).*/\2\3/p'
}

# Commands: below "Commands:", two blanks before and more behind.
_hostclock_commands() {
	"$1" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z-][a-z-]*\) .*/\1/p'
}

_hostclock_vms() {
	local i dir=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-d | --dir) dir=(--dir "${COMP_WORDS[i + 1]}") ;;
		esac
		# bash takes "--dir=DIR" for three words
		[[ ${COMP_WORDS[i + 1]} == = ]] && dir=(--dir "${COMP_WORDS[i + 2]}")
	done
	"$1" "${dir[@]}" --json list 2>/dev/null |
		grep -oE '"name": *"[^"]*"' | sed 's/.*"\([^"]*\)"$/\1/'
}

# What may stand behind an option.
_hostclock_values() {
	case $1 in
	--format) echo unscaled scaled ;;
	--page) echo strict noon sls ;;
	--smear) [[ $2 == hostclockd ]] && echo noon sls || echo strict noon sls ;;
	--policy) echo default suspend steal ;;
	--cause) echo restore clone migration stop offset ;;
	esac
}

_hostclock() {
	local program=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local words=

	COMPREPLY=()
	[[ $word == = ]] && word=
	[[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
	case $before in
	--dir | --file | --device | --hooks | --leap-list | --pidfile | --script | --socket | \
		--chronyc | --qmp | --events | --kvm-debugfs | -d | -p)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--jail)
		compopt -o dirnames
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	create) return ;;
	kernel) words="on off status" ;;
	attach | detach | remove | stop | cont | handover | takeover)
		words=$(_hostclock_vms "$program")
		;;
	*) words=$(_hostclock_values "$before" "${program##*/}") ;;
	esac
	if [[ -z $words && $word == -* ]]; then
		words=$(_hostclock_options "$program")
	elif [[ -z $words ]]; then
		words=$(_hostclock_commands "$program")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
}

complete -F _hostclock hostclock hostclockd hostclockctl hostclock-notify
