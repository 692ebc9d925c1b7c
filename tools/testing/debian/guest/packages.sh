# SPDX-License-Identifier: GPL-2.0
# What our packages make of a Debian guest, after a boot.
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
