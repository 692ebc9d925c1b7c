# SPDX-License-Identifier: GPL-2.0
# hostclockd's unit on a host of its own: QEMUs of another user, restarts, crashes.

status() { ctl status --json | sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" | head -n 1; }

unit() { systemctl show --value --property "$1" hostclockd; }

main_pid() { unit MainPID; }

# exposure UNIT: tenths, by systemd's reckoning.
exposure() {
	systemd-analyze security --no-pager "$1" | sed -n 's/^.*Overall exposure level.*: \([0-9]*\)\.\([0-9]\) .*/\1\2/p'
}

# log_since TIME: what hostclockd said.
log_since() { journalctl --unit hostclockd --since "@$1" --output cat --no-pager; }

# machine NAME USER ACCEL [OPTION...]: a QEMU with nothing to run. Sets machine_pid.
machine() {
	local name=$1 user=$2 accel=$3
	shift 3

	setpriv --reuid "$user" --regid "$user" --clear-groups \
		qemu-system-x86_64 -nodefaults -no-user-config -display none -machine pc \
		-accel "$accel" -m 16 -name "$name" \
		-qmp "unix:$vms/$name.qmp,server=on,wait=off" \
		-qmp "unix:$vms/$name.events,server=on,wait=off" "$@" \
		</dev/null >"/tmp/$name.log" 2>&1 &
	machine_pid=$!
	eventually [ -S "$vms/$name.events" ]
}

check_scores() {
	local score

	score=$(exposure hostclockd.service)
	holds "hostclockd.service: exposure below 2.0" "$score tenths" [ "${score:-99}" -lt 20 ]
	score=$(exposure hostclock-notify@hostclock0.service)
	holds "hostclock-notify@.service: exposure below 4.0" "$score tenths" [ "${score:-99}" -lt 40 ]
	same "systemd-analyze verify has nothing to say" "" \
		"$(systemd-analyze verify --man=no hostclockd.service hostclock-notify@hostclock0.service 2>&1 |
			grep -E 'hostclock')"
}

# enabled, running, as a user that was not there
check_install() {
	: >/tmp/dpkg
	holds "the package is installed" "$(tail -n 1 /tmp/dpkg)" installs
	same "its unit is enabled" enabled "$(systemctl is-enabled hostclockd)"
	holds "and was started" "$(log_since 0 | tail -n 1)" eventually answers
	systemctl stop hostclockd
	rm -r $dir
}

installs() { dpkg --install /hostclock/host.deb >/tmp/dpkg 2>&1; }

# Guests run on while it is upgraded.
check_package() {
	local epoch pid

	rm /run/systemd/system/hostclockd.service.d/options.conf
	systemctl daemon-reload
	systemctl start hostclockd
	epoch=$(vm kvm epoch)
	pid=$(main_pid)
	holds "the package is upgraded" "$(tail -n 1 /tmp/dpkg)" installs
	holds "which starts another hostclockd" "$(unit ActiveState)" eventually came_back "$pid"
	same "and guests do not notice" "$epoch" "$(vm kvm epoch)"
	holds "it is removed" "$(tail -n 1 /tmp/dpkg)" \
		eval 'dpkg --remove hostclock-host >/tmp/dpkg 2>&1'
	same "and does not run" inactive "$(systemctl is-active hostclockd)"
	holds "it is purged" "$(tail -n 1 /tmp/dpkg)" eval 'dpkg --purge hostclock-host >/tmp/dpkg 2>&1'
	same "nothing of it is left" "" "$(find /etc /lib /usr /var/lib/systemd -name '*hostclockd*';
		find /etc -name '*libvirt*')"
}

# An older one, which was root, has left its directory.
check_upgrade() {
	mkdir -m 755 $dir
	hostclockd --dir $dir >/dev/null 2>&1 &
	eventually answers
	ctl create old >/dev/null
	kill $!
	wait $!
}

check_start() {
	holds "systemctl start" "$(systemctl status --no-pager hostclockd | tail -n 3)" \
		systemctl start hostclockd
	holds "hostclockd answers" "$(log_since 0 | tail -n 3)" eventually answers
	same "it knows of VMs from when it was root" old "$(ctl list | awk '{ print $2 }')"
	same "as a user of its own" hostclock "$(stat -c %U "/proc/$(main_pid)")"
	same "the clock process has the priority of its unit" "FF 1" "$(priority hostclock-clock)"
	same "the one that hears guests has none" "TS -" "$(priority hostclock-vms)"
	same "whose capabilities are two" 0000000000080002 \
		"$(sed -n 's/^CapEff:\s*//p' "/proc/$(main_pid)/status")"
	same "the clock is exported" synchronized "$(status status)"
	holds "other users are refused" "they are not" \
		sh -c "! setpriv --reuid vm --regid vm --clear-groups hostclockctl --dir $dir list 2>/dev/null"
}

check_kvm() {
	ctl create kvm >/dev/null
	machine kvm vm kvm -S
	holds "another user's VM under KVM is attached to" "$(cat /tmp/kvm.log)" \
		ctl attach kvm --pid $machine_pid --qmp "$vms/kvm.qmp" --events "$vms/kvm.events"
	same "by KVM's debugfs" kvm-debugfs "$(vm kvm method)"
	holds "its events are heard" "$(vm kvm problem)" eventually vm_is kvm hears_events true
	holds "it is continued" "$(log_since 0 | tail -n 1)" ctl cont kvm
	holds "and runs" "$(vm kvm state)" eventually vm_is kvm state running
	holds "it is stopped" "$(log_since 0 | tail -n 1)" ctl stop kvm
	holds "and stands" "$(vm kvm state)" eventually vm_is kvm state stopped
}

check_tcg() {
	ctl create tcg >/dev/null
	machine tcg vm tcg
	holds "another user's VM under TCG is attached to" "$(cat /tmp/tcg.log)" \
		ctl attach tcg --pid $machine_pid --qmp "$vms/tcg.qmp" --wait 20
	same "by its memory" tcg-memory "$(vm tcg method)"
	holds "it is stopped" "$(log_since 0 | tail -n 1)" ctl stop tcg
	holds "and stands" "$(vm tcg state)" eventually vm_is tcg state stopped
}

# The socket is for root and for hostclockd's user.
check_doorbell() {
	ctl create bell --doorbell >/dev/null
	machine bell root tcg -S -chardev "socket,id=bell,path=$dir/doorbell/bell" \
		-device ivshmem-doorbell,chardev=bell,vectors=1,master=on
	holds "a doorbell's QEMU connects" "$(cat /tmp/bell.log)" \
		eventually vm_is bell doorbell_connections 1
}

check_restart() {
	local epoch pid start

	epoch=$(vm kvm epoch)
	pid=$(main_pid)
	start=$(date +%s)
	holds "systemctl restart" "$(log_since "$start" | tail -n 1)" systemctl restart hostclockd
	holds "it is another one" "$(main_pid)" [ "$(main_pid)" != "$pid" ]
	holds "and answers" "$(log_since "$start" | tail -n 1)" eventually answers
	same "which knows its VMs" "$epoch" "$(vm kvm epoch)"
	holds "and has the doorbell of a QEMU that does not connect again" \
		"$(log_since "$start" | grep doorbell)" eventually vm_is bell doorbell_connections 1
	holds "it hears the other user's VM" "$(vm kvm problem)" eventually vm_is kvm hears_events true
	holds "and continues it" "$(log_since "$start" | tail -n 1)" ctl cont kvm
	holds "reload-or-restart" "$(log_since "$start" | tail -n 1)" systemctl reload-or-restart hostclockd
	holds "and it answers" "$(log_since "$start" | tail -n 1)" eventually answers
}

came_back() { [ "$(main_pid)" -gt 0 ] && [ "$(main_pid)" != "$1" ] && answers; }

check_kill() {
	local pid epoch

	pid=$(main_pid)
	epoch=$(vm kvm epoch)
	kill -KILL "$pid"
	holds "killed, it is started again" "$(unit ActiveState)" eventually came_back "$pid"
	same "and guests do not notice" "$epoch" "$(vm kvm epoch)"
}

# The clock cannot be had for a while: more tries than systemd allows by default.
check_loop() {
	local locker tries limit=120

	mkdir -p /run/systemd/system/hostclockd.service.d
	printf '[Service]\nRestartSec=100ms\n' >/run/systemd/system/hostclockd.service.d/fast.conf
	systemctl daemon-reload
	systemctl stop hostclockd
	flock $dir/lock sleep 1000 &
	locker=$!
	systemctl start --no-block hostclockd
	holds "one that cannot start is started again and again" "$(unit NRestarts)" \
		eventually eval '[ "$(unit NRestarts)" -gt 7 ]'
	tries=$(unit NRestarts)
	kill $locker $(pgrep -P $locker)
	holds "until it can, after $tries tries" "$(unit ActiveState)" eventually answers
	rm /run/systemd/system/hostclockd.service.d/fast.conf
	systemctl daemon-reload
}

check_options() {
	cat >/run/systemd/system/hostclockd.service.d/options.conf <<-END
		[Service]
		CPUSchedulingPriority=7
		ExecStart=
		ExecStart=/usr/sbin/hostclockd --dir $dir --priority 7 --leap-list /usr/share/zoneinfo/leap-seconds.list
	END
	systemctl daemon-reload
	holds "with --priority and --leap-list" "$(log_since 0 | tail -n 1)" systemctl restart hostclockd
	holds "it answers" "$(log_since 0 | tail -n 1)" eventually answers
	same "it has that priority" "FF 7" "$(priority hostclock-clock)"
	same "and the list's TAI" 37 "$(status tai_offset_sec)"
}

# process NAME: of the three, that one's pid. One that starts has its parent's name.
process() {
	if [ "$1" = hostclockd ]; then
		main_pid
	else
		pgrep -x "$1"
	fi
}

# other NAME PID: of that name there is one that is another process
other() {
	local pid

	pid=$(process "$1") && [ "$pid" -gt 0 ] 2>/dev/null && [ "$pid" != "$2" ] && answers
}

# While it does what it does, as strace sees it. openat2() it can do without, and whether
# others' processes are there it learns from EPERM, too.
check_calls() {
	local tracer

	strace -ff -qq -o /tmp/calls \
		$(sed 's/^/-p /' /sys/fs/cgroup/system.slice/hostclockd.service/cgroup.procs) &
	tracer=$!
	sleep 3
	ctl create seen >/dev/null
	machine seen vm kvm -S
	ctl attach seen --pid $machine_pid --qmp "$vms/seen.qmp" --events "$vms/seen.events"
	ctl cont seen
	ctl stop seen
	kill $tracer
	wait $tracer
	holds "its system calls are seen" "$(ls /tmp/calls.*)" grep -q openat2 /tmp/calls.*
	same "and none is refused" "" "$(grep -hE "EPERM|ENOSYS" /tmp/calls.* | grep -vE "openat2|kill\(" | head -n 3)"
}

# Whichever process stands still, it is replaced: two by the third, that by systemd.
check_watchdog() {
	local limit=90 name pid supervisor

	supervisor=$(main_pid)
	for name in hostclock-clock hostclock-vms; do
		pid=$(process $name)
		holds "$name is stopped" "no such process" kill -STOP "$pid"
		holds "another one takes its place" "$(log_since 0 | tail -n 2)" eventually other $name "$pid"
	done
	same "for which systemd was not needed" "$supervisor" "$(main_pid)"
	holds "hostclockd is stopped" "no such process" kill -STOP "$supervisor"
	holds "systemd starts another one" "$(unit ActiveState)" eventually other hostclockd "$supervisor"
	holds "because of its watchdog" "$(log_since 0 | tail -n 3)" \
		eval 'journalctl --unit hostclockd --no-pager | grep -q "Watchdog timeout"'
	same "which exports the clock" synchronized "$(status status)"
}

# priority PROCESS: class and real-time priority
priority() { ps -o cls=,rtprio= -p "$(pgrep -x "$1")" | xargs; }

# hostclock_export is there the next time that the unit is started.
check_module() {
	local epoch

	holds "without a module hostclockd writes" "$(ctl kernel status)" kernel_is absent
	epoch=$(vm kvm epoch)
	install -D -m 644 /hostclock/hostclock_export.ko \
		"/lib/modules/$(uname -r)/updates/hostclock_export.ko"
	depmod
	holds "with one: systemctl restart" "$(log_since 0 | tail -n 1)" systemctl restart hostclockd
	holds "loads it" "$(lsmod | xargs)" eval 'lsmod | grep -q ^hostclock_export'
	holds "and the kernel writes" "$(ctl kernel status 2>&1)" eventually kernel_is live
	same "guests do not notice" "$epoch" "$(vm kvm epoch)"
	same "in a /dev without the host's other devices" "" \
		"$(nsenter -t "$(main_pid)" -m sh -c 'ls -d /dev/kvm /dev/nvme* /dev/kmsg 2>/dev/null')"
	holds "it is told to leave" "$(ctl kernel status)" eval 'ctl kernel off >/dev/null && kernel_is off'
	holds "the kernel is told to write again" "$(ctl kernel status)" \
		eval 'ctl kernel on >/dev/null && eventually kernel_is live'
}

check_stop() {
	holds "systemctl stop" "$(unit ActiveState)" systemctl stop hostclockd
	same "it has succeeded" success "$(unit Result)"
	holds "the pages are there still" "$(ls -l $dir)" [ "$(stat -c %s $dir/clock)" -ge 16384 ]
	holds "nothing was refused that it needs" "$(log_since 0 | grep -iE 'permi|denied')" \
		eval '! log_since 0 | grep -qiE "permitted|denied"'
}

useradd --create-home vm
vms=$(getent passwd vm | cut -d: -f6)	# its monitors are where nobody else gets
chmod 700 "$vms"
modprobe kvm-amd
chmod 666 /dev/kvm
check_install
check_scores
check_upgrade
check_start
check_kvm
check_calls
check_tcg
check_doorbell
check_restart
check_kill
check_loop
check_watchdog
check_options
check_module
check_stop
check_package
