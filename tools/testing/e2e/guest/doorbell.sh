#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A guest that does nothing but wait: for its pages, with chronyd that watches
# (-x) and looks at the PTP clock every 2^$POLL s. Ended by the host.
. /chronyc.sh

mkfifo /tmp/chronyd /tmp/notify
/notice /dev/hostclock0 /tmp/chronyd /tmp/notify &
sed "s/^refclock .*/refclock PHC \/dev\/ptp_hostclock tai poll $POLL dpoll $POLL filter 1 stratum 1 refid HCLK/" \
	/etc/chrony.conf >/tmp/chrony.conf
chronyd -x -d -f /tmp/chrony.conf >/tmp/chronyd 2>&1 &
sleep 2
echo "chronyc $(chronyc_ms)"
hostclock-notify --foreground 2>/tmp/notify &
wait
