# SPDX-License-Identifier: GPL-2.0
# The udev rules and hostclock-notify's unit: devices that are there at boot, that go
# and come; and what Debian's chronyd hears of the host's clock.
unit=hostclock-notify@hostclock0

active() { systemctl --quiet is-active $unit; }
inactive() { ! active; }

log() { journalctl --unit $unit --output cat --no-pager; }

# said TEXT TIMES: at least so often
said() { [ "$(log | grep -c "$1")" -ge "$2" ]; }

ptp_name() { cat "/sys/class/ptp/$(readlink /dev/ptp_hostclock)/clock_name" 2>/dev/null; }

runs_again() { active && [ "$(systemctl show --value --property MainPID $unit)" != "$1" ]; }

make_hook() {
	mkdir -p /etc/hostclock/notify.d
	cat >/etc/hostclock/notify.d/10-record <<-'END'
		#!/bin/sh
		echo "$HOSTCLOCK_EVENT $(id -u)" >>/run/record
	END
	chmod 755 /etc/hostclock/notify.d/10-record
}

check_boot() {
	holds "the driver is loaded for its devices" "$(lsmod | grep hostclock)" \
		eventually [ -c /dev/hostclock0 ]
	holds "everybody may read its device" "$(ls -l /dev/hostclock0)" \
		eventually eval '[ "$(stat -c %a /dev/hostclock0)" = 444 ]'
	holds "hostclock-notify was started" "$(systemctl status --no-pager $unit | tail -n 3)" \
		eventually active
	holds "the PTP clock has a name that stays" "$(ls -l /dev/ptp*)" eventually [ -c /dev/ptp_hostclock ]
	same "and is the driver's" hostclock "$(ptp_name)"
	holds "the guest follows" "$(hostclock status)" \
		eventually grep -q hostclock /sys/devices/system/clocksource/clocksource0/current_clocksource
}

# stamp UNIT WHICH: when, in us
stamp() { systemctl show --value --property "$2TimestampMonotonic" "$1"; }

cmdline() { tr '\0' ' ' <"/proc/$(pidof -s "$1")/cmdline"; }

check_order() {
	local loaded sysinit started

	loaded=$(stamp modprobe@hostclock.service ExecMainExit)
	sysinit=$(stamp sysinit.target ActiveEnter)
	started=$(stamp chrony.service ExecMainStart)
	holds "the driver is there before everything else" "$loaded, $sysinit us" \
		[ "$loaded" -gt 0 -a "$loaded" -lt "$sysinit" ]
	holds "and chronyd after it" "$loaded, $started us" [ "$loaded" -lt "$started" ]
}

# As Debian configures it, and what our drop-ins make of that.
check_chronyd() {
	holds "Debian's chronyd was started" "$(journalctl -u chrony --output cat | tail -n 2)" \
		systemctl --quiet is-active chrony
	holds "and does not steer" "$(cmdline chronyd)" eval 'cmdline chronyd | grep -q -e " -x "'
	holds "it has the host's clock for a source" "$(chronyc sources)" eventually selected
	holds "it is restarted" "$(systemctl status --no-pager chrony | tail -n 2)" systemctl restart chrony
	holds "which changes nothing" "$(cmdline chronyd)" eval 'cmdline chronyd | grep -q -e " -x "'
	holds "it has that source again" "$(chronyc sources)" eventually selected
	same "the guest still follows" follow "$(cat /sys/class/misc/hostclock0/wall)"
}

timesyncd() { systemctl start systemd-timesyncd; systemctl --quiet is-active systemd-timesyncd; }

check_timesyncd() {
	holds "systemd-timesyncd does not start" "it does" eval '! timesyncd'
}

check_events() {
	ask step 5
	holds "the host's clock is set: chronyd is reset" "$(log)" eventually said "sources reset" 1
	holds "the hook ran, as root" "$(cat /run/record)" eventually grep -q "^clock-set 0$" /run/record
	ask stopcont
	holds "the VM was stopped: chronyd is reset" "$(log)" eventually said "sources reset" 2
	holds "the hook ran" "$(cat /run/record)" eventually grep -q "^disruption 0$" /run/record
	holds "chronyd has its source again" "$(chronyc sources)" eventually selected
}

check_kill() {
	local pid

	pid=$(systemctl show --value --property MainPID $unit)
	kill -KILL "$pid"
	holds "killed, it is started again" "$(systemctl is-active $unit)" eventually runs_again "$pid"
}

check_hotplug() {
	systemctl stop chrony
	ask unplug
	holds "unplugged: it is stopped" "$(systemctl is-active $unit)" eventually inactive
	holds "its device is gone" "it is there" eventually [ ! -e /dev/hostclock0 ]
	holds "the PTP clock stays, with its name" "$(ls -l /dev/ptp*)" [ -c /dev/ptp_hostclock ]
	holds "without it, systemd-timesyncd starts" "$(systemctl status --no-pager systemd-timesyncd)" timesyncd
	systemctl stop systemd-timesyncd
	systemctl start chrony
	holds "and chronyd steers" "$(cmdline chronyd)" eval '! cmdline chronyd | grep -q -e " -x "'
	systemctl stop chrony
	ask plug
	holds "plugged in: it is started" "$(systemctl status --no-pager $unit | tail -n 3)" eventually active
	holds "the PTP clock has its name" "$(ls /dev)" eventually [ -c /dev/ptp_hostclock ]
	systemctl start chrony
	holds "chronyd selects it" "$(chronyc sources)" eventually selected
	ask step -5
	holds "the host's clock is set: chronyd is reset" "$(log)" eventually said "sources reset" 3
}

make_hook
check_boot
check_order
check_chronyd
check_timesyncd
check_events
check_kill
check_hotplug
log
