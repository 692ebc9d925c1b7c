# SPDX-License-Identifier: GPL-2.0
# Sourced after e2e/lib.sh by the tests in a full Debian guest: how they boot it.
# The disk is shared, what a guest writes there is lost with it.
debian=$build/debian
debian_root=$work/root	# what is added to the guest's files, before systemd starts
debian_here=$top/tools/testing/debian
debian_append=	# to its kernel's command line

# put FILE PATH: into the guest, mode as it is.
put() {
	[[ -e $1 ]] || { not_ok "the guest's files" "$1 is missing"; exit 1; }
	install -D -m "$(stat -L -c %a "$1")" "$1" "$debian_root/$2"
}

# put_installed PREFIX: what `make install` installs.
put_installed() {
	local prefix=$1

	make -s -C "$top" DESTDIR="$debian_root" PREFIX="$prefix" install >"$work/install.log" 2>&1 ||
		{ not_ok "make install" "$(tail -n 1 "$work/install.log")"; exit 1; }
}

# package NAME: the file of one of our packages.
package() { find "$build/deb" -maxdepth 1 -name "hostclock-$1_*.deb"; }

# put_package NAME: to be installed by the guest.
put_package() { put "$(package "$1")" "hostclock/$1.deb"; }

# Where what is on the disk can be changed, between the next two
disk_root=$work/debian/root

unpack_disk() {
	mkdir -p "$disk_root"
	debugfs -R "rdump / $disk_root" "$debian/disk" >"$work/rdump" 2>&1
}

# pack_disk KERNEL: into a disk of the test's own, which guests boot from then on with KERNEL
pack_disk() {
	ln -s "$1" "$work/debian/vmlinuz"
	debian=$work/debian
	truncate -s 3G "$debian/disk"
	mke2fs -q -t ext4 -O ^has_journal -d "$disk_root" "$debian/disk"
	rm -rf --one-file-system "$disk_root"
}

# inside COMMAND...: with $disk_root as its root
inside() { unshare --mount --pid --fork --root="$disk_root" --mount-proc "$@" </dev/null; }

# installs FILE...: in $disk_root/hostclock; takes a while
installs() { inside dpkg --install "${@/#//hostclock/}" >"$work/dpkg" 2>&1; }

# The test's script in the guest, with the functions of results.sh and guest/guest.sh.
# It is started once everything else has been, and talks to us by its output.
debian_files() {
	put "$debian_here/guest/hostclock-test.service" usr/lib/systemd/system/hostclock-test.service
	put "$debian_here/guest/hostclock-journal.service" usr/lib/systemd/system/hostclock-journal.service
	mkdir -p "$debian_root/etc/systemd/system/multi-user.target.wants"
	ln -s /usr/lib/systemd/system/hostclock-{test,journal}.service \
		"$debian_root/etc/systemd/system/multi-user.target.wants"
	put "$debian_here/guest/guest.sh" hostclock/guest.sh
	put "$here/results.sh" hostclock/results.sh
	put "$1" hostclock/main
	chmod 755 "$debian_root"
	tar -C "$debian_root" --owner=0 --group=0 -cf "$work/files" .
}

# debian_machine QEMU-OPTION...: sets qemu_pid.
debian_machine() {
	local logs=${GUEST_RUN_CONSOLE_DIR:-$work}

	mkfifo "$work/talk.in" "$work/talk.out"
	# Both directions, so that no opening waits for QEMU's.
	exec {from_guest}<>"$work/talk.out" {to_guest}<>"$work/talk.in"
	setpriv --pdeathsig KILL qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot -machine pc -accel tcg "$@" \
		-kernel "$debian/vmlinuz" -append "root=/dev/nvme0n1 rootfstype=ext4 rw \
			init=/sbin/hostclock-init console=ttyS0 panic=-1 tsc=reliable \
			mitigations=off systemd.mask=e2scrub_reap.service $debian_append" \
		-drive "file=$debian/disk,format=raw,if=none,id=disk,snapshot=on" \
		-device nvme,drive=disk,serial=disk \
		-drive "file=$work/files,format=raw,if=none,id=files,readonly=on" \
		-device nvme,drive=files,serial=files \
		-serial "file:$logs/debian.console" \
		-chardev "pipe,id=talk,path=$work/talk" -serial chardev:talk \
		-serial "file:$logs/debian.journal" \
		-qmp "unix:$work/qmp,server=on,wait=off" -qmp "unix:$work/events,server=on,wait=off" \
		</dev/null >"$work/qemu.log" 2>&1 &
	qemu_pid=$!
}

# debian_guest SECONDS SCRIPT [QEMU-OPTION...]: boots, runs SCRIPT, and shows what it
# says. What it asks for ("host WORD ARGUMENT...") is done by host_WORD here.
debian_guest() {
	local until=$((SECONDS + $1)) script=$2 line part='' words
	shift 2

	debian_files "$script"
	debian_machine "$@"
	! declare -F host_started >/dev/null || host_started
	while :; do
		read -r -t 1 -u "$from_guest" line || {
			part+=$line	# what has come of a line
			((SECONDS < until)) || { not_ok "the guest ends" "not within its time"; break; }
			kill -0 $qemu_pid 2>/dev/null ||
				{ not_ok "the guest ends" "QEMU did: $(tail -n 1 "$work/qemu.log")"; break; }
			continue
		}
		line=$part$line part=
		line=${line%$'\r'}
		case $line in
		"exit 0") break ;;
		"exit "*) failed=1; break ;;
		"host "*)
			read -ra words <<<"${line#host }"
			"host_${words[0]}" "${words[@]:1}" >&2
			echo "done $?" >&"$to_guest" ;;
		"not ok - "*) failed=1; echo "$line" ;;
		*) echo "$line" ;;
		esac
	done
	debian_ends
}

debian_ends() {
	local _

	for _ in {1..50}; do
		kill -0 $qemu_pid 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL $qemu_pid 2>/dev/null
	wait $qemu_pid 2>/dev/null
}
