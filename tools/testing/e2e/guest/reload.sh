# SPDX-License-Identifier: GPL-2.0
# Sourced in a guest with a distribution's kernel: MONOTONIC is read without a pause while the
# module goes and comes back. REALTIME may go back then, as it is the guest's own in between.

# reload_under_readers READINGS GONE BACK: calls GONE when it is gone, and BACK when it is back.
# So many READINGS are one round of the readers.
reload_under_readers() {
	local readers

	rm -f /tmp/enough /tmp/order
	until [ -e /tmp/enough ]; do
		order "$1" MONOTONIC || exit
	done >/tmp/order 2>&1 &
	readers=$!
	rmmod hostclock
	same "rmmod hostclock" 0 $?
	"$2"
	insmod /lib/modules/hostclock.ko
	same "insmod hostclock.ko again" 0 $?
	"$3"
	touch /tmp/enough
	wait $readers
	same "the readers lived" 0 $?
	echo "# $(grep -c "CPUs$" /tmp/order) rounds"
	grep 'ok - ' /tmp/order | sort -u | sed 's/ok - /&while the module goes and comes: /'
}
