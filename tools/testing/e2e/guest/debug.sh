#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# At the end of what a kernel with lockdep and kmemleak was put through: what they
# found, and that they were still looking.
. /results.sh

holds "lockdep is on" "$(grep -i locks /proc/lockdep_stats)" \
	grep -Eq "^ *debug_locks: +1$" /proc/lockdep_stats
mount -t debugfs none /sys/kernel/debug 2>/dev/null
leaks=/sys/kernel/debug/kmemleak
# What is found once may be on its way from one list to another.
for round in 1 2; do
	echo scan >$leaks
	sleep 6
done
cat $leaks
same "kmemleak finds nothing" "" "$(head -n 1 $leaks)"
exit $failed
