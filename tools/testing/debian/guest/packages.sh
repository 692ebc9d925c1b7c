# SPDX-License-Identifier: GPL-2.0
# What our packages make of a Debian guest, after a boot; and of the same machine as a host.
installed() { dpkg-query --show --showformat '${db:Status-Status}' "$1"; }

cmdline() { tr '\0' ' ' <"/proc/$(pidof -s "$1")/cmdline"; }

: >/tmp/dpkg
for package in hostclock-dkms hostclock-guest; do
	same "$package is installed" installed "$(installed $package)"
done
same "the driver is the one that dkms built" dkms \
	"$(modinfo -F filename hostclock | sed -n 's|.*/updates/\(dkms\)/hostclock.ko.*|\1|p')"
clocksource=/sys/devices/system/clocksource/clocksource0/current_clocksource
holds "the clock is the host's" "$(cat $clocksource)" eventually grep -qx hostclock $clocksource
same "it follows" follow "$(cat /sys/class/misc/hostclock0/wall)"
holds "hostclock-notify runs" "$(systemctl status --no-pager hostclock-notify@hostclock0 | tail -n 3)" \
	eventually systemctl --quiet is-active hostclock-notify@hostclock0
holds "chronyd watches" "$(cmdline chronyd)" eval 'cmdline chronyd | grep -q -e " -x "'
holds "the host's PTP clock" "$(chronyc sources)" \
	eventually eval 'chronyc -c sources | grep -q "^#,\*,HCLK,"'
holds "nothing has failed" "$(systemctl --failed --no-legend --plain)" \
	[ -z "$(systemctl --failed --no-legend --plain)" ]
holds "hostclock-guest is removed" "$(tail -n 1 /tmp/dpkg)" \
	eval 'dpkg --remove hostclock-guest >/tmp/dpkg 2>&1'
holds "and purged" "$(tail -n 1 /tmp/dpkg)" eval 'dpkg --purge hostclock-guest >/tmp/dpkg 2>&1'
# The test's own files are hostclock-test, -journal and -init.
same "nothing of it is left" "" "$(find /etc /lib/systemd /lib/udev /usr/bin /usr/sbin /usr/lib/hostclock \
	-name '*hostclock*' 2>/dev/null | grep -vE '/hostclock-(test|journal)\.service$|/hostclock-init$')"

# The first of the pages, the kernel's if it writes
page() { ctl status | grep "^page *unscaled *strict"; }

epoch() { page | sed 's/.*epoch \([0-9]*\).*/\1/'; }

# The machine has a clock of its own.
systemctl stop chrony "hostclock-notify@*"
holds "the driver can be unloaded" "$(lsmod | grep hostclock)" rmmod hostclock
holds "hostclock-host is installed" "$(tail -n 1 /tmp/dpkg)" \
	eval 'dpkg --install /hostclock/host.deb >/tmp/dpkg 2>&1'
holds "its unit has loaded the module" "$(lsmod | xargs)" eventually grep -q "^hostclock_export " /proc/modules
same "which is the one that dkms built" dkms \
	"$(modinfo -F filename hostclock_export | sed -n 's|.*/updates/\(dkms\)/hostclock_export.ko.*|\1|p')"
holds "and the kernel writes the page" "$(ctl kernel status 2>&1)" eventually kernel_is live
epoch=$(epoch)
holds "hostclock-export-dkms is removed" "$(tail -n 1 /tmp/dpkg)" \
	eval 'dpkg --remove hostclock-export-dkms >/tmp/dpkg 2>&1'
holds "its module is loaded no more" "it is" eval '! grep -q "^hostclock_export " /proc/modules'
holds "and hostclockd writes the page" "$(ctl kernel status 2>&1)" eventually kernel_is absent
holds "which is synchronized" "$(page)" eventually eval 'page | grep -q synchronized'
same "and guests do not notice" "$epoch" "$(epoch)"
holds "it is purged" "$(tail -n 1 /tmp/dpkg)" eval 'dpkg --purge hostclock-export-dkms >/tmp/dpkg 2>&1'
same "and nothing of it is left" "" "$(find /usr/src /var/lib/dkms -maxdepth 1 -name '*export*';
	find /lib/modules -name '*hostclock_export*')"
