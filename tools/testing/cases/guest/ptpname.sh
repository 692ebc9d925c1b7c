#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The documented lines, in a guest that may have other PTP clocks.
. /results.sh

name=/sys/class/ptp/$(readlink /dev/ptp_hostclock)/clock_name
same "the documented name is the host's clock" hostclock "$(cat "$name")"
[ "$HOSTCLOCK_MODE" != follow ] || watch=-x
sed 's/poll .*/poll 0 dpoll -2 refid HCLK/' /lines >/tmp/chrony.conf
echo "cmdport 0" >>/tmp/chrony.conf
chronyd $watch -f /tmp/chrony.conf || failed=1
taken() { chronyc -c sources | grep -q "^#,\*,HCLK,"; }

await 30 taken
holds "chronyd takes it" "$(chronyc -c sources)" taken
exit $failed
