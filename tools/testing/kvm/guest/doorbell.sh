#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Sleeps while the host's clock is set and slewed, and its status changes.
. /results.sh

sysfs=/sys/class/misc/hostclock0
before=$(cat $sysfs/rings)
uevents >/tmp/uevents &
sleep 9
after=$(cat $sysfs/rings)
grep hostclock /proc/interrupts | sed 's/^/# /'
same "the doorbell rang for the step and the status, not for the slew" 2 $((after - before))
holds "there were events of both" "$(cat /tmp/uevents)" \
	grep -q "HOSTCLOCK_EVENT=step" /tmp/uevents
same "the status is the host's" freerunning "$(cat $sysfs/status)"
exit $failed
