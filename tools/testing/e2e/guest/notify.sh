#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# chronyd watches (-x) the PTP clock, hostclock-notify the driver. The host's
# script has the events: a step, three stops, a step while chronyd is down, and a
# change of status.
. /results.sh
. /chronyc.sh

hooks=/tmp/hooks
log=/tmp/notify.log
chrony_log=/tmp/chrony.log

# eventually SECONDS COMMAND...: it succeeds within that time.
eventually() {
	local left=$1
	shift

	until "$@" 2>/dev/null; do
		[ "$left" -gt 0 ] || return 1
		sleep 1
		left=$((left - 1))
	done
}

# said TEXT TIMES: by hostclock-notify, at least so often
said() {
	[ "$(grep -c "$1" $log)" -ge "$2" ]
}

# lost TIMES: chronyd had to select its source anew, at least so often
lost() {
	[ "$(grep -c "no selectable sources" $chrony_log)" -ge "$1" ]
}

start_chronyd() {
	chronyd -x -d -f /tmp/chrony.conf >>$chrony_log 2>&1 &
	chronyd_pid=$!
}

selected() {
	chronyc -c sources | grep -q "^#,\*,HCLK,"
}

make_hooks() {
	mkdir $hooks
	cat >$hooks/10-record <<-'END'
		#!/bin/sh
		echo "$HOSTCLOCK_EVENT $HOSTCLOCK_MARKER $HOSTCLOCK_CAUSE" >>/tmp/record
	END
	cat >$hooks/20-hang <<-'END'
		#!/bin/sh
		[ "$HOSTCLOCK_EVENT" = disruption ] || exit 0
		sleep 100
		echo "hung on" >>/tmp/record
	END
	cp $hooks/10-record $hooks/30-last
	sed -i 's/record$/last/' $hooks/30-last
	cp $hooks/10-record $hooks/40-no.bak
	sed -i 's/record$/backup/' $hooks/40-no.bak
	chmod +x $hooks/*
	cp $hooks/40-no.bak $hooks/50-not-executable
	chmod -x $hooks/50-not-executable
}

check_usage() {
	for arguments in "--burst=4;quit" "--hook-limit=0" "extra"; do
		hostclock-notify "$arguments" >/dev/null 2>&1
		same "wrong usage, $arguments, is refused" 2 $?
	done
	hostclock-notify --no-wait --once --device /dev/nothing 2>/tmp/err
	same "no device, and not to be waited for" 3 $?
	holds "which is said" "$(cat /tmp/err)" grep -q "cannot open /dev/nothing" /tmp/err
	timeout 5 hostclock-notify --foreground --device /dev/null 2>/tmp/err
	same "a device that tells nothing, at once" 3 $?
	same "which is said, once" 1 "$(grep -c "cannot read /dev/null" /tmp/err)"
}

# best_ms: the least time to a reset
best_ms() {
	sed -n 's/.*sources reset after \([0-9.]*\) ms.*/\1/p' $log | sort -n | head -n 1
}

# judge_best BEST CHRONYC: both in ms. A time by itself says nothing on a busy machine,
# which this is if starting chronyc takes more than 40 ms. It always takes several
# times what is judged.
judge_best() {
	local name="chronyd was reset within 10 ms of the notice"
	local why="at best $1 ms, starting chronyc takes $2 ms"

	echo "# $why"
	if awk -v best="$1" 'BEGIN { exit !(best < 10) }'; then
		ok "$name"
	elif awk -v best="$1" -v chronyc="$2" 'BEGIN { exit !(chronyc > 40 && best < chronyc) }'; then
		skip "$name" "$why: a busy machine"
	else
		not_ok "$name" "$why"
	fi
}

make_hooks
{
	cat /etc/chrony.conf
	# nobody is there, but it can be asked
	echo "server 127.0.0.1 port 9"
} >/tmp/chrony.conf
start_chronyd
uevents >/tmp/uevents &
hostclock-notify --foreground --burst --hooks $hooks --hook-limit 1 2>$log &
notify_pid=$!
hostclock-notify --once --no-chrony --hooks /nowhere --device /tmp/later 2>/dev/null &
late_pid=$!
check_usage
holds "chronyd has a source" "$(chronyc sources)" eventually 15 selected
before=$(chronyc_ms)
cp -a /dev/hostclock0 /tmp/later

holds "a step of the host's clock: chronyd is reset" "$(cat $log)" \
	eventually 60 said "sources reset" 1
holds "and says so itself" "$(tail -n 2 $chrony_log)" eventually 10 lost 1
holds "its network server is asked at once" "$(cat $log)" \
	eventually 10 said "burst for network servers: 200 OK" 1
wait $late_pid
same "one who waited for its device, which came later, saw it" 0 $?
holds "its hook ran" "$(cat /tmp/record)" grep -q "^clock-set " /tmp/record

holds "the VM was stopped, three times: chronyd is reset each time" "$(cat $log)" \
	eventually 60 said "sources reset" 4
holds "and says so itself" "$(tail -n 2 $chrony_log)" eventually 10 lost 2
holds "the hooks ran" "$(cat /tmp/record)" \
	eventually 10 grep -q "^disruption [0-9]* stop$" /tmp/record
holds "a hook that hangs was ended" "$(cat $log)" \
	eventually 10 said "20-hang takes too long" 1
holds "and the next one ran" "$(cat /tmp/last)" \
	eventually 10 grep -q ^disruption /tmp/last
holds "those without a proper name or permission did not" "they did" \
	[ ! -e /tmp/backup ]
same "and the one without a proper name is named once" 1 \
	"$(grep -c "40-no.bak: is not run as a hook" $log)"
holds "the kernel sent events for them" "$(cat /tmp/uevents)" \
	grep -q "HOSTCLOCK_EVENT=disruption.*HOSTCLOCK_CAUSE=1 " /tmp/uevents
generation=$(cat /sys/class/misc/hostclock0/generation)
holds "with the disruption marker and the VM's generation" "$(cat /tmp/uevents)" \
	grep -qE "=disruption .*_DISRUPTION=[0-9]+ .*_GENERATION=$generation " /tmp/uevents
holds "and for the step" "$(cat /tmp/uevents)" \
	grep -q "HOSTCLOCK_EVENT=step " /tmp/uevents
# The machine's load then was the one or the other.
judge_best "$(best_ms)" "$(printf '%s\n' "$before" "$(chronyc_ms)" | sort -rn | head -n 1)"

kill $chronyd_pid
wait $chronyd_pid
resets=$(grep -c "sources reset" $log)
holds "chronyd is down at the next step, which is noticed" "$(cat $log)" \
	eventually 60 said "cannot reset chronyd" 1
sleep 2
same "nothing was reset" "$resets" "$(grep -c "sources reset" $log)"
start_chronyd
holds "chronyd is back: it is reset" "$(cat $log)" \
	eventually 30 said "sources reset" $((resets + 1))

holds "the host is unsynchronised: the hook ran" "$(cat /tmp/record)" \
	eventually 60 grep -q "^unsynchronized " /tmp/record
holds "and when it is so again" "$(cat /tmp/record)" \
	eventually 30 grep -q "^synchronized " /tmp/record
kill $notify_pid
wait $notify_pid
same "hostclock-notify ends when told" 0 $?
sed 's/^/# /' $log

# mdev's recipe starts one, and only one.
cp /mdev.conf /etc/mdev.conf
ln -s /bin/hostclock-notify /usr/sbin/hostclock-notify
mdev -s
pidfile=/run/hostclock-notify.hostclock0.pid
holds "mdev starts a notifier in the background" "no $pidfile" \
	eventually 10 [ -s $pidfile ]
first=$(cat $pidfile)
mdev -s 2>/dev/null
sleep 1
same "and no other one" "$first" "$(pidof hostclock-notify)"
kill "$first"
exit $failed
