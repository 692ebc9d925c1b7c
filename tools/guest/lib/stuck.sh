# SPDX-License-Identifier: GPL-2.0
# Sourced by guest-run: where a guest is that has not finished in time.

# An NMI makes the kernel panic, and say where its CPUs, tasks and timers are.
stuck_append="unknown_nmi_panic panic_print=0x45"

# monitor COMMAND: what QEMU answers
monitor() {
	printf '%s\n' "$1" | timeout 5 socat -t 1 - "unix:$tmp/monitor" 2>/dev/null | tr -d '\r'
}

# One line per CPU; that is all there is if the kernel takes no NMI.
show_registers() {
	monitor "info registers -a" | grep -aoE '^CPU#[0-9]+|RIP=[0-9a-f]+|RFL=[0-9a-f]+|HLT=1' |
		paste -sd ' ' | sed 's/ CPU#/\n&/g' | sed 's/^ */  | /'
}

# Of what the kernel says: its CPUs' and processes' stacks, and when timers are due
shorten() {
	tr -d '\r' | awk '
		/Sched Debug|Showing/ { show = 0 }
		/NMI backtrace for cpu/ { show = 1 }
		/\] task:/ { show = !/ pid:2 | ppid:2 / }
		/\] now at|\] cpu: |\.expires_next|\.tick_stopped|\] jiffies: | next_event: / { print; next }
		show' |
		grep -vE '\] +(Code|FS|PKRU|[CDE]S|CR2|(DR|R)[0-9A-DS][0-9IPX]): |\] +(<.*>|Hardware name:.*|Call Trace:|Kernel Offset.*)$'
}

# For who has the end of the output only, too.  The console stays as it was before.
show_stuck() {
	local at i

	at=$(stat -c %s "$tmp/console")
	echo "guest-run: where the guest's CPUs are, twice; its processes, and its timers:"
	show_registers
	sleep 1
	show_registers
	monitor nmi >/dev/null
	for ((i = 0; i < 200; i++)); do
		kill -0 "$qemu_pid" 2>/dev/null || break
		sleep 0.1
	done
	end_process "$qemu_pid"
	tail -c "+$((at + 1))" "$tmp/console" >"$tmp/stuck"
	truncate -s "$at" "$tmp/console"
	shorten <"$tmp/stuck" | sed 's/^/  | /' | head -n 200
}
