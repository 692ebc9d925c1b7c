# SPDX-License-Identifier: GPL-2.0
# A Debian that runs Debian's kernel with our series, of our own package.
sysfs=/sys/class/misc/hostclock0
clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource

follows() {
	holds "$1: hostclock status says that all is right" "$(hostclock status)" \
		eventually eval 'hostclock status >/dev/null'
	run /hostclock/coherence --clock=REALTIME --count=20000
	run /hostclock/coherence --clock=MONOTONIC_RAW --count=20000
}

uname -rv
holds "the kernel is the package's" "$(dpkg --list 'linux-image-*' | tail -n 1)" \
	eval 'dpkg --search "/lib/modules/$(uname -r)" | grep -q "^linux-image-$(uname -r):"'
holds "the clocksource is hostclock" "$(cat $clocksource)" eventually grep -qx hostclock $clocksource
same "for which there is no module" "" "$(lsmod | grep hostclock)"
same "the kernel has the series, and the vDSO reads the pages" "core on" "$(cat $sysfs/core $sysfs/vdso | xargs)"
run /hostclock/nosyscall 20000
follows "at boot"
holds "timedatectl says synchronized" "$(timedatectl)" \
	eventually eval 'timedatectl show | grep -qx NTPSynchronized=yes'
holds "chronyd watches the host's PTP clock" "$(chronyc sources)" eventually selected
holds "nothing has failed" "$(systemctl --failed --no-legend --plain)" \
	[ -z "$(systemctl --failed --no-legend --plain)" ]
holds "the machine is stopped for 5 s" "it was refused" ask stopcont
holds "which it is told" "$(cat $sysfs/gap_ns) ns" [ "$(cat $sysfs/gap_ns)" -gt 4900000000 ]
follows "after that"
same "its log has no complaint" "" \
	"$(dmesg --level=emerg,alert,crit,err,warn | grep -iE 'hostclock|BUG:|WARNING:' | head -n 2)"
