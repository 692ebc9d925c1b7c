#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A guest that writes to the host's pages, and finds its own clock unharmed; and
# an ivshmem device that is none of hostclock's business.
. /results.sh

other() {
	barpoke list | grep content=other
}

barpoke list
before=$(other)
run barpoke scribble 2
run coherence --clock=REALTIME --count=50000
hostclock status
same "hostclock status says that all is right" 0 $?
holds "an ivshmem device with other content has no driver" "$before" \
	[ -n "$(echo "$before" | grep driver=none)" ]
same "and keeps its content" "$before" "$(other)"
exit $failed
