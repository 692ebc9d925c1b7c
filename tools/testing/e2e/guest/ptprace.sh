#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# ptprace.sh SECONDS [vclocks]: PTP clocks that are opened while the driver is unbound and
# bound, and while virtual ones on top come and go.
. /results.sh

driver=/sys/bus/pci/drivers/hostclock
device=$(basename "$(realpath /sys/class/misc/hostclock0/device)")
clock=$(dirname "$(grep -lx hostclock /sys/class/ptp/*/clock_name)")

run ptpopen "$1" "$driver/unbind=$device" "$driver/bind=$device"
holds "the PTP clock is the same one" "$(ls /sys/class/ptp)" [ -e "$clock" ]
if [ "${2:-}" ]; then
	run ptpopen "$1" "$clock/n_vclocks=1" "$clock/n_vclocks=0"
fi
holds "the clock is the host's" "$(hostclock status)" coherence --clock=REALTIME --count=10000
run ptp
exit $failed
