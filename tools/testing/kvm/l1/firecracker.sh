# SPDX-License-Identifier: GPL-2.0
# Sourced by main.sh: Firecracker's VMs, as tools/recipes/firecracker.sh has them started, saved
# and restored. One boots, is saved, and goes on; another process goes on from there 10 s later
# or more, and then two do as clones.
PATH=$build/bin:$PATH
dir=$work/export
# The jailer wants a root that it can leave, which an initramfs is not.
vms=/vms
declare -A pids=() inputs=()

recipe() {
	"$top/tools/recipes/firecracker.sh" --dir "$dir" "$@"
}

# Sets root, socket and console: a VM's
place_of() {
	root=$vms/srv/firecracker/$1/root
	socket=$root/run/firecracker.socket
	console=$GUEST_RUN_CONSOLE_DIR/firecracker-$1.console
}

prepare_vms() {
	mkdir -p $vms && mount -t tmpfs vms $vms && mkdir -p $vms/proc $vms/dev $vms/srv
	mount -t proc proc $vms/proc
	mount --bind /dev $vms/dev
	cp /firecracker/* $vms/
	install -D -m 755 "$build/bin/kvm/standstill" "$init_root/bin/standstill"
	init_image "$top/tools/testing/kvm/guest/firecracker.sh" $vms/initramfs
}

# Without the jailer, a chroot like the one that it makes
jailer() {
	local name=$1

	if [[ -e $vms/jailer ]]; then
		exec chroot $vms /jailer --id "$name" --exec-file /firecracker --uid 1000 --gid 1000 \
			--chroot-base-dir /srv
	fi
	mkdir -p "$root/dev" "$root/run"
	mknod "$root/dev/kvm" c 10 232
	mknod "$root/dev/urandom" c 1 9
	cp $vms/firecracker "$root/"
	exec chroot "$root" /firecracker --id "$name" --api-sock /run/firecracker.socket
}

# start NAME: Firecracker, with nothing in it yet. Its console is what it reads and writes.
start() {
	local name=$1 input

	place_of "$name"
	recipe jail "$root" "$name" 1000
	must_do "$name: there is a jail with its page"
	mkfifo "$work/$name.in"
	exec {input}<>"$work/$name.in"
	inputs[$name]=$input
	jailer "$name" <"$work/$name.in" >"$console" 2>&1 &
	pids[$name]=$!
}

# must_do NAME: what was just done, or nothing more can be
must_do() {
	local status=$?

	same "$1" 0 $status
	((status == 0)) || exit 1
}

# configure: what is the VM's owner's to say
configure() {
	ln "$vms/kernel" "$vms/initramfs" "$root/"
	api machine-config '{"vcpu_count": 1, "mem_size_mib": 192}' &&
		api boot-source '{"kernel_image_path": "/kernel", "initrd_path": "/initramfs",
			"boot_args": "console=ttyS0 reboot=k panic=-1 quiet noxsave tsc=reliable"}'
}

api() {
	await 20 test -S "$socket" && curl --silent --show-error --fail-with-body \
		--unix-socket "$socket" -X PUT -d "$2" "http://localhost/$1"
}

# said LINE: since the VM was started or last told something
said() {
	tail -c "+$((mark + 1))" "$console" | tr -d '\r' | grep -q "^$1"
}

# tell NAME WORD ANSWER: waits for the answer, a minute and a half
tell() {
	place_of "$1"
	mark=$(stat -c %s "$console")
	echo "$2" >&"${inputs[$1]}"
	await 90 said "$3"
	holds "$1: $2: answers" "$(tail -n 5 "$console")" said "$3"
}

# The VM's clock is between two readings of the host's.
compare() {
	local name=$1 before after

	before=${EPOCHREALTIME/./}
	tell "$name" time "time [0-9]"
	after=${EPOCHREALTIME/./}
	found=$(tail -c "+$((mark + 1))" "$console" | tr -d '\r' | sed -n 's/^time //p')
	echo "# $name: $((found - before)) us after, and $((after - found)) us before the host's"
	holds "$name: its time is between two readings of the host's" "$before $found $after" \
		[ "$((before <= found && found <= after))" = 1 ]
}

# judge NAME: what its programs found
judge() {
	place_of "$1"
	tr -d '\r' <"$console" | sed -n -E "s/^(ok|not ok|skip) - /&$1: /p; s/^#/&/p"
	! grep -q '^not ok' "$console" || failed=1
}

# watched NAME: the program that was reading the clocks is content
watched() {
	place_of "$1"
	mark=0
	await 90 said watched
	holds "$1: has watched its clock" "$(tail -n 5 "$console")" said watched
	compare "$1"
	judge "$1"
}

# end NAME: without a word to it
end() {
	place_of "$1"
	kill -KILL "${pids[$1]}"
	wait "${pids[$1]}" 2>/dev/null
	await 5 recipe unjail "$root" "$1"
	holds "$1: its jail is gone" "there is $root/hostclock" [ ! -e "$root/hostclock" ]
}

first_boot() {
	start first
	configure && recipe boot "$socket" first "${pids[first]}"
	must_do "first: boots"
	mark=0
	await 180 said booted
	holds "first: has booted" "$(tail -n 5 "$console")" said booted
	compare first
	tell first watch "# reading the clocks"
	sleep 1
	recipe snapshot "$socket" first /snapshot /memory "$work/record"
	must_do "first: is saved"
	SECONDS=0
	cp "$root/snapshot" "$root/memory" $vms/
}

# go_on_as NAME CAUSE: from the snapshot
go_on_as() {
	start "$1"
	ln $vms/snapshot $vms/memory "$root/"
	recipe restore "$socket" "$1" "${pids[$1]}" /snapshot /memory "$work/record" "$2"
	must_do "$1: goes on, $SECONDS s later"
}

prepare_vms
exporter "$dir"
first_boot
recipe resume "$socket" first
must_do "first: goes on itself"
watched first
end first
((SECONDS >= 10)) || sleep $((10 - SECONDS))
go_on_as restored restore
watched restored
end restored
for name in clone1 clone2; do
	go_on_as $name clone
done
for name in clone1 clone2; do
	watched $name
done
for name in clone1 clone2; do
	end $name
done
kill "$exporter_pid"
