#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The first process of a domain with an unpatched kernel, whose console only is seen: it says what
# it finds, watches its clock while it is saved and restored, and then how the clock is, for ever.
. /bare.sh

state=/sys/class/misc/hostclock0

# Soon, since its host opens the line page once it has seen that the guest follows
reads_vdso() {
	await 30 has on $state/vdso
	same "$1: the vDSO reads the clock" on "$(cat $state/vdso)"
	holds "$1: without system calls" "it is killed for 30 s" await 30 without_calls
}

# One may be killed by chance, for the line page is closed for some ns at each update.
without_calls() { nosyscall 1000 >/dev/null 2>&1; }

now() {
	adjtimex | awk '/time.tv_sec/ { s = $2 } /time.tv_usec/ { u = $2 } END { printf "%d%06d", s, u }'
}

while read -r module; do
	insmod "$module"
done </etc/guest-run/modules
uname -r
await 60 has hostclock /sys/devices/system/clocksource/clocksource0/current_clocksource
same "the kernel is not patched" stock "$(cat $state/core)"
reads_vdso "at boot"
follows 1
echo booted
run standstill --epoch --right --watch 3
reads_vdso "restored"
run nosyscall 20000
echo watched
while :; do
	echo "now $(now) $(cat $state/status), vdso $(cat $state/vdso);"
	sleep 1
done
