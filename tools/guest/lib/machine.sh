# SPDX-License-Identifier: GPL-2.0
# Sourced by guest-run: QEMU, the guest's output, and COMMAND's course.

qemu_pid= host_cmd_pid= copier_pids=()

# end_process PID: asks it to end, makes it after 3 s.
end_process() {
	local i

	kill -TERM "$1" 2>/dev/null
	for ((i = 0; i < 30; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# On a busy host the kernel's own quick calibration can be wrong ten times over. Under
# TCG a guest's TSC has the host's frequency, unless it counts instructions.
tsc_arguments() {
	local khz

	[[ $accel == tcg && $opt_format != scaled ]] || return 0
	khz=$(if [[ $opt_hostclock ]]; then tsc_khz; else kept_tsc_khz; fi)
	[[ ! $khz ]] || append+=" tsc_early_khz=$khz"
}

machine_arguments() {
	local append="console=ttyS0 panic=-1 kunit.enable=0 $stuck_append" cpu=max
	local memory=$opt_memory thread=

	[[ " $opt_append" == *" tsc="* ]] || append+=" tsc=reliable"
	tsc_arguments
	# On a busy host too few ticks arrive during the kernel's check of them, and it panics.
	[[ $accel != tcg ]] || append+=" no_timer_check"
	append+=" hostclock.mode=$opt_mode$opt_append"
	[[ $accel != kvm ]] || cpu=host,migratable=off
	[[ $accel != tcg || ! $opt_one_thread ]] || thread=,thread=single
	# The memory of virtio-pmem devices is above the guest's own.
	[[ $opt_bus == ivshmem && ! $opt_disk_root && ${#opt_disk[@]} -eq 0 ]] ||
		memory+=",maxmem=$((opt_memory + 1024))M"
	qemu_args=(
		-nodefaults -no-user-config -display none -no-reboot
		# Given by itself, before the pages' memory: so QEMU 10 under TCG can migrate both.
		-machine pc,memory-backend=ram -m "$memory"
		-object "memory-backend-ram,id=ram,size=${opt_memory}M"
		-accel "$accel$thread" -cpu "${opt_cpu:-$cpu}" -smp "$opt_cpus"
		-kernel "$kernel"
		-serial "file:$tmp/console"
		-chardev "pipe,id=err,path=$tmp/err" -chardev "pipe,id=status,path=$tmp/status"
	)
	[[ $opt_hotplug ]] || qemu_args+=(-global PIIX4_PM.acpi-root-pci-hotplug=off
		-global PIIX4_PM.acpi-pci-hotplug-with-bridge-support=off)
	[[ $opt_format != scaled ]] || qemu_args+=(-icount shift=0)
	if [[ $opt_tty ]]; then
		qemu_args+=(-chardev stdio,id=out,signal=off)
	else
		qemu_args+=(-chardev "pipe,id=out,path=$tmp/out")
	fi
	qemu_args+=(-serial chardev:out -serial chardev:err -serial chardev:status)
	disk_arguments
	qemu_args+=(-append "$append")
	[[ ! $opt_hostclock ]] || page_arguments
	[[ ! $opt_shm ]] || memory_device shm "$(realpath "$opt_shm")" on
	# A counter that runs on while the guest does not tells nothing of that.
	[[ $accel != kvm ]] || qemu_args+=(-qmp "unix:$tmp/events,server=on,wait=off")
	qemu_args+=(-monitor "unix:$tmp/monitor,server=on,wait=off")
	# QEMU opens in this order: once the socket is there, the FIFOs are open.
	qemu_args+=(-qmp "unix:$tmp/qmp,server=on,wait=off")
}

# A comma in a file's name is doubled for QEMU.
memory_device() {
	local id=$1 file=$2 writable=$3 bus=${4:-ivshmem} size

	size=$(stat -L -c %s "$file")
	qemu_args+=(-object "memory-backend-file,id=$id,share=on,mem-path=${file//,/,,},size=$size")
	if [[ $bus == pmem ]]; then
		[[ $writable == on ]] || qemu_args[-1]+=",readonly=on"
		qemu_args+=(-device "virtio-pmem-pci,memdev=$id")
	elif [[ $writable == on ]]; then
		qemu_args+=(-device "ivshmem-plain,memdev=$id,master=on")
	else
		qemu_args[-1]+=",readonly=on"
		qemu_args+=(-device "ivshmem-plain,memdev=$id")
	fi
}

# Disks come before the pages, so that their numbers do not depend on whose the pages'
# devices are. Adds to append.
disk_arguments() {
	local disk n=0

	if [[ $opt_disk_root ]]; then
		make_root_disk
		disk_device "$tmp/root.img" root
		append+=" root=/dev/pmem0 rw init=/init"
	else
		qemu_args+=(-initrd "$tmp/initramfs")
	fi
	for disk in "${opt_disk[@]}"; do
		disk_device "$(realpath "$disk")" "disk$((n++))"
	done
	for disk in "${opt_blk[@]}"; do
		disk=$(realpath "$disk")
		qemu_args+=(-drive "if=virtio,format=raw,file=${disk//,/,,}")
	done
}

disk_device() {
	local file=$1 id=$2

	qemu_args+=(-object
		"memory-backend-file,id=$id,share=on,mem-path=${file//,/,,},size=$(stat -L -c %s "$file")"
		-device "virtio-pmem-pci,memdev=$id")
}

# The files of the initramfs, which is two archives, on a disk
make_root_disk() {
	local files=$tmp/root.files

	mkdir "$files"
	(
		cd "$files" || exit
		zcat -f "$image" | cpio --quiet -idm
		tail -c "+$(($(stat -c %s "$image") + 1))" "$tmp/initramfs" | cpio --quiet -idmu
	) && mke2fs -q -t ext2 -d "$files" "$tmp/root.img" 128M >/dev/null ||
		fail "cannot make the root disk"
	rm -rf "$files"
}

page_arguments() {
	local private=off

	if [[ $opt_transport == private ]]; then
		private=on
	else
		memory_device clock "$dir/clock" off "$opt_bus"
	fi
	if [[ $opt_doorbell ]]; then
		qemu_args+=(-chardev "socket,id=doorbell,path=${guest_doorbell//,/,,}"
			-device "ivshmem-doorbell,chardev=doorbell,vectors=1,master=on")
	else
		# An unpatched kernel says in it which epochs it follows.
		[[ $opt_kernel != stock-* ]] || private=on
		memory_device guest "$guest_file" "$private" "$opt_bus"
	fi
}

# Sets pin to what keeps QEMU on one CPU of the host. TCG reads the host's TSC
# without ordering it against its own lock: when virtual CPUs do so on several
# real ones at once, it sees the TSC go back and moves the guest's TSC on by
# that much, for good, tens of thousands of times a second at worst. On one CPU
# it cannot see that, and the guest's TSC is the host's plus a constant.
choose_cpu() {
	local ranges range cpus=()

	pin=()
	[[ $accel == tcg && $opt_cpus -gt 1 && ! $opt_spread ]] || return 0
	IFS=, read -ra ranges < <(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)
	for range in "${ranges[@]}"; do
		mapfile -t -O ${#cpus[@]} cpus < <(seq "${range%-*}" "${range#*-}")
	done
	pin=(taskset -c "${cpus[$$ % ${#cpus[@]}]}")
}

# The guest's output comes through FIFOs that QEMU opens. We hold them open in both
# directions until QEMU does, so that no opening blocks, however QEMU fares; after
# that the end of what is read means QEMU's end.
start_machine() {
	local fifo

	for fifo in out err status; do
		mkfifo "$tmp/$fifo.in" "$tmp/$fifo.out" || fail "mkfifo: no room in $tmp?"
	done
	: >"$tmp/console"
	exec 3<>"$tmp/out.out" 4<>"$tmp/err.out" 5<>"$tmp/status.out" 8>&1
	[[ $opt_tty ]] || exec 8>"$tmp/qemu.log"
	exec 7<"$tmp/status.out" 9<>"$tmp/status.in"
	[[ $opt_tty ]] || start_copier out 1
	start_copier err 2
	machine_arguments
	say "starting qemu-system-x86_64 ${qemu_args[*]}"
	choose_cpu
	"${pin[@]}" setpriv --pdeathsig KILL qemu-system-x86_64 "${qemu_args[@]}" \
		<&0 3>&- 4>&- 5>&- 6<&- 7<&- 9>&- >&8 8>&- 2>"$tmp/qemu.log" &
	qemu_pid=$!
	wait_for_machine
	exec 3>&- 4>&- 5>&- 8>&-
}

# A copier that ends before the guest does says so: nobody reads our output.
start_copier() {
	{
		cat <"$tmp/$1.out" >&"$2"
		echo unread >"$tmp/status.out"
	} 3>&- 4>&- 5>&- 6<&- 7<&- 8>&- 9>&- &
	copier_pids+=($!)
}

wait_for_machine() {
	local i

	for ((i = 0; i < 1500; i++)); do
		[[ ! -S $tmp/qmp ]] || return 0
		if ! kill -0 "$qemu_pid" 2>/dev/null; then
			cat "$tmp/qemu.log" >&2
			wait "$qemu_pid"
			fail "QEMU did not start: it ended with $?"
		fi
		sleep 0.02
	done
	fail "QEMU did not start in 30 s"
}

# Whatever the guest has to say until COMMAND's end, within the time allowed.
run_command() {
	local line word rest left

	while :; do
		left=$((opt_timeout - SECONDS))
		((left > 0)) || time_is_up
		read -r -t "$left" -u 7 line || { (($? > 128)) && time_is_up; machine_died; }
		line=${line%$'\r'}
		read -r word rest <<<"$line"
		case $word in
		ready) command_starts ;;
		exit) command_ended "$rest" ;;
		signal) command_ended $((128 + rest)) ;;
		unread) nobody_reads ;;
		error) show_console; fail "in the guest: $rest" ;;
		esac
	done
}

command_starts() {
	say "the guest is up after $SECONDS s"
	if [[ $opt_script ]]; then
		ctl script-start >/dev/null || fail "the exporter did not start the script"
	fi
	[[ ! $opt_host_cmd ]] || start_host_command
	echo go >&9
}

# In a process group of its own, to be ended with all that it started, but in no session: where
# the kernel schedules by sessions, on a CPU that the guest has, it may not run for 50 s.
start_host_command() {
	set -m
	HOSTCLOCK_DIR=${dir:-} HOSTCLOCK_GUEST=$guest_name QEMU_PID=$qemu_pid \
		QMP_SOCKET=$tmp/qmp GUEST_RUN_SHM=$opt_shm GUEST_RUN_CONSOLE=$tmp/console \
		setpriv --pdeathsig KILL bash -c "$opt_host_cmd" \
		</dev/null 6<&- 7<&- 9>&- >&2 &
	host_cmd_pid=$!
	set +m
}

# Its status counts if it ended by itself.
host_command_status() {
	[[ $host_cmd_pid ]] || return 0
	kill -0 "$host_cmd_pid" 2>/dev/null && return 0
	wait "$host_cmd_pid"
}

stop_host_command() {
	[[ $host_cmd_pid ]] || return 0
	kill -TERM -- "-$host_cmd_pid" 2>/dev/null
	end_process "$host_cmd_pid"
	kill -KILL -- "-$host_cmd_pid" 2>/dev/null
}

# The guest powers off by itself, and the copiers see the end of what it wrote.
command_ended() {
	local status=$1 i pid host_status

	for ((i = 0; i < 100; i++)); do
		kill -0 "$qemu_pid" 2>/dev/null || break
		sleep 0.05
	done
	end_process "$qemu_pid"
	qemu_pid=
	for pid in "${copier_pids[@]}"; do
		wait "$pid"
	done
	copier_pids=()
	host_command_status
	host_status=$?
	[[ $status -ne 0 ]] || status=$host_status
	[[ ! $opt_verbose ]] || show_console
	exit "$status"
}

show_console() {
	echo "guest-run: the end of the guest's console:" >&2
	tail -n 30 "$tmp/console" | tr -d '\r' | sed 's/^/  | /' >&2
}

time_is_up() {
	echo "guest-run: not finished after $opt_timeout s" >&2
	[[ ! $opt_verbose ]] || show_console
	show_stuck >&2
	exit 124
}

# As if SIGPIPE had killed COMMAND; but QEMU's end, too, ends the copiers.
nobody_reads() {
	sleep 0.2
	kill -0 "$qemu_pid" 2>/dev/null && exit 141
}

machine_died() {
	local how="its QEMU runs on"

	sleep 0.2
	if ! kill -0 "$qemu_pid" 2>/dev/null; then
		wait "$qemu_pid"
		how="its QEMU with $?"
	fi
	show_console
	[[ ! -s $tmp/qemu.log ]] || cat "$tmp/qemu.log" >&2
	fail "the guest ended before the command did, $how"
}

stop_machine() {
	local pid

	[[ ! $qemu_pid ]] || end_process "$qemu_pid"
	for pid in "${copier_pids[@]}"; do
		end_process "$pid"
	done
}

keep_console() {
	[[ -f $tmp/console ]] || return 0
	[[ ! $opt_console ]] || cp "$tmp/console" "$opt_console"
	[[ ! ${GUEST_RUN_CONSOLE_DIR:-} ]] ||
		cp "$tmp/console" "$GUEST_RUN_CONSOLE_DIR/guest-$$.console"
	[[ ! -f $tmp/stuck || ! ${GUEST_RUN_CONSOLE_DIR:-} ]] ||
		cp "$tmp/stuck" "$GUEST_RUN_CONSOLE_DIR/guest-$$.stuck"
}
