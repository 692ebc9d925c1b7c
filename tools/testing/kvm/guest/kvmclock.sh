#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What kvm-clock makes of a standstill, by itself and with chronyd.
. /results.sh

same "current_clocksource is kvm-clock" kvm-clock \
	"$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
echo "# by itself:"
run standstill --watch 5

ptp=
for dir in /sys/class/ptp/*; do
	! grep -qi kvm "$dir/clock_name" || ptp=${dir##*/}
done
if [ -z "$ptp" ]; then
	not_ok "ptp_kvm is there" "$(cat /sys/class/ptp/*/clock_name)"
	exit $failed
fi
# As fast as it can be made to: a reading each second, any error stepped away.
cat >/tmp/chrony.conf <<END
refclock PHC /dev/$ptp poll 0 dpoll 0
makestep 0.1 -1
pidfile /run/chrony/chronyd.pid
bindcmdaddress /run/chrony/chronyd.sock
port 0
cmdport 0
END
chronyd -f /tmp/chrony.conf
same "chronyd starts" 0 $?
i=0
until chronyc -c sources 2>/dev/null | grep -q '^#,[*]' || [ $i -ge 60 ]; do
	sleep 1
	i=$((i + 1))
done
# It goes on with what it has learned of the clock's rate.
sleep 5
chronyc -n sources
echo "# with chronyd, which has had $((i + 5)) s:"
run standstill --watch 20
chronyc -n tracking
exit $failed
