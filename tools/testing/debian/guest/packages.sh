# SPDX-License-Identifier: GPL-2.0
# What our packages make of a Debian guest with Debian's kernel, after a boot; how they are
# upgraded and removed there; and what they make of the same machine as a host.
sysfs=/sys/class/misc/hostclock0
clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource
notify=hostclock-notify@hostclock0
limit=60	# for eventually: the CPU is emulated, and not alone

installed() { dpkg-query --show --showformat '${db:Status-Status}' "$1"; }

# dpkg_does NAME OPTION...
dpkg_does() {
	local name=$1
	shift

	if dpkg "$@" >/tmp/dpkg 2>&1; then
		ok "$name"
	else
		not_ok "$name" "$(tail -n 3 /tmp/dpkg | tr '\n' ' ')"
	fi
}

cmdline() {
	local pid

	pid=$(pidof -s "$1") && tr '\0' ' ' <"/proc/$pid/cmdline"
}

watches() { cmdline chronyd | grep -q -e " -x "; }

notify_pid() { systemctl show --value --property MainPID $notify; }

notify_active() { systemctl --quiet is-active $notify; }

check_boot() {
	for package in hostclock-dkms hostclock-guest; do
		same "$package is installed" installed "$(installed $package)"
	done
	same "the driver is the one that dkms built" dkms \
		"$(modinfo -F filename hostclock | sed -n 's|.*/updates/\(dkms\)/hostclock.ko.*|\1|p')"
	holds "the clock is the host's" "$(cat $clocksource)" eventually grep -qx hostclock $clocksource
	same "it follows" follow "$(cat $sysfs/wall)"
	same "in a kernel that is not patched" stock "$(cat $sysfs/core)"
	holds "hostclock-notify runs" "$(systemctl status --no-pager $notify | tail -n 3)" eventually notify_active
	holds "nothing has failed" "$(systemctl --failed --no-legend --plain)" \
		[ -z "$(systemctl --failed --no-legend --plain)" ]
}

# clock_calls COUNT: how many system calls a program makes of COUNT readings, each of two clocks
clock_calls() {
	strace -f -c -U calls,name -o /tmp/calls \
		bash -c "for ((i = 0; i < $1; i++)); do : \$EPOCHREALTIME \$EPOCHSECONDS; done"
	awk '$2 ~ /^(clock_gettime|gettimeofday|time)$/ { n += $1 } END { print n + 0 }' /tmp/calls
}

reads_without_calls() { [ "$(clock_calls 5000)" = 0 ]; }

# The host closes the line page for some ns at each update: whoever meets that makes a call.
check_vdso() {
	holds "the vDSO reads the pages" "$(cat $sysfs/vdso)" eventually grep -qx on $sysfs/vdso
	holds "without system calls: seccomp kills who makes one" "it is killed for 20 s" \
		eventually eval '/hostclock/nosyscall 1000 >/dev/null 2>&1'
	run /hostclock/nosyscall 20000
	eventually reads_without_calls
	same "strace sees no call of a program that reads the clock" "" "$(grep -E 'time' /tmp/calls)"
	holds "though it sees that program" "$(cat /tmp/calls)" grep -q execve /tmp/calls
	run /hostclock/coherence --clock=REALTIME --count=20000
}

check_state() {
	holds "hostclock status says that all is right" "$(hostclock status)" \
		eventually eval 'hostclock status >/dev/null'
	holds "timedatectl says synchronized" "$(timedatectl show)" \
		eventually eval 'timedatectl show | grep -qx NTPSynchronized=yes'
	same "/dev/ptp_hostclock is the host's clock" hostclock \
		"$(cat "/sys/class/ptp/$(readlink /dev/ptp_hostclock)/clock_name")"
	holds "chronyd watches" "$(cmdline chronyd)" watches
	holds "that clock" "$(chronyc sources)" eventually selected
	same "and no other" "/dev/$(readlink /dev/ptp_hostclock)" \
		"$(sed -n 's/^refclock PHC \([^ ]*\) .*/\1/p' /run/chrony/hostclock.conf)"
	same "which makes it no other's: it follows" follow "$(cat $sysfs/wall)"
}

other_runs() { notify_active && [ "$(notify_pid)" != "$1" ]; }

check_upgrade() {
	local pid

	pid=$(notify_pid)
	dpkg_does "hostclock-guest is upgraded" --install /hostclock/guest-later.deb
	holds "another hostclock-notify runs" "$(notify_pid), before $pid" eventually other_runs "$pid"
	same "which is the program that is installed" /usr/sbin/hostclock-notify \
		"$(readlink "/proc/$(notify_pid)/exe")"
	holds "chronyd watches" "$(cmdline chronyd)" eventually watches
	same "and the clock follows" follow "$(cat $sysfs/wall)"
}

left_of_guest() {
	# The test's own files are hostclock-test, -journal and -init.
	find /etc /lib/systemd /lib/udev /usr/bin /usr/sbin /usr/lib/hostclock /usr/share/doc/hostclock-guest \
		/run/chrony -name '*hostclock*' 2>/dev/null |
		grep -vE '/hostclock-(test|journal)\.service$|/hostclock-init$'
	systemctl list-units --all --no-legend --plain 'hostclock-notify@*'
	pidof hostclock-notify
}

check_removal() {
	dpkg_does "hostclock-guest is removed" --remove hostclock-guest
	holds "hostclock-notify runs no more" "$(pidof hostclock-notify)" eval '! pidof hostclock-notify >/dev/null'
	holds "chronyd is as Debian has it" "$(cmdline chronyd)" eventually eval \
		'pidof -s chronyd >/dev/null && ! cmdline chronyd | grep -q -e " -x " -e hostclock'
	dpkg_does "hostclock-guest is installed again" --install /hostclock/guest.deb
	holds "hostclock-notify runs, without a boot" "$(systemctl status --no-pager $notify | tail -n 3)" \
		eventually notify_active
	holds "chronyd has the host's PTP clock" "$(cmdline chronyd)" eventually selected
	dpkg_does "hostclock-guest is purged" --purge hostclock-guest
	same "nothing of it is left" "" "$(left_of_guest)"
}

# The one that is loaded serves until the next boot.
check_dkms() {
	local calls

	dpkg_does "hostclock-dkms is removed" --remove hostclock-dkms
	same "dkms has no driver" "" "$(dkms status -m hostclock 2>/dev/null)"
	same "nor has the kernel" "" "$(find /lib/modules -name 'hostclock.ko*'; modinfo -F filename hostclock 2>/dev/null)"
	dpkg_does "hostclock-dkms is purged" --purge hostclock-dkms
	same "nothing of it is left" "" "$(find /usr/src /var/lib/dkms -maxdepth 1 -name hostclock -o -name 'hostclock-[0-9]*')"
	systemctl stop chrony
	holds "the driver can be unloaded" "$(lsmod | grep hostclock)" rmmod hostclock
	echo acpi_pm >$clocksource
	calls=$(clock_calls 500)
	holds "where the vDSO cannot read the clock, strace sees calls" "$calls of 500" [ "$calls" -ge 500 ]
	echo tsc >$clocksource
}

# The first of the pages, the kernel's if it writes
page() { ctl status | grep "^page *unscaled *strict"; }

epoch() { page | sed 's/.*epoch \([0-9]*\).*/\1/'; }

# The machine has a clock of its own.
check_host() {
	local epoch

	dpkg_does "hostclock-host is installed" --install /hostclock/host.deb
	holds "its unit has loaded the module" "$(lsmod | xargs)" eventually grep -q "^hostclock_export " /proc/modules
	same "which is the one that dkms built" dkms \
		"$(modinfo -F filename hostclock_export | sed -n 's|.*/updates/\(dkms\)/hostclock_export.ko.*|\1|p')"
	holds "and the kernel writes the page" "$(ctl kernel status 2>&1)" eventually kernel_is live
	epoch=$(epoch)
	dpkg_does "hostclock-export-dkms is removed" --remove hostclock-export-dkms
	holds "its module is loaded no more" "it is" eval '! grep -q "^hostclock_export " /proc/modules'
	holds "and hostclockd writes the page" "$(ctl kernel status 2>&1)" eventually kernel_is absent
	holds "which is synchronized" "$(page)" eventually eval 'page | grep -q synchronized'
	same "and guests do not notice" "$epoch" "$(epoch)"
	dpkg_does "it is purged" --purge hostclock-export-dkms
	same "and nothing of it is left" "" "$(find /usr/src /var/lib/dkms -maxdepth 1 -name '*export*';
		find /lib/modules -name '*hostclock_export*')"
}

: >/tmp/dpkg
: >/tmp/calls
check_boot
check_vdso
check_state
check_upgrade
check_removal
check_dkms
check_host
