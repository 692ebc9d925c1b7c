#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host's clock for Kata Containers' VMs. See usage().
. "$(dirname "$0")/lib.sh"

usage() {
	cat <<-'END'
	usage: tools/recipes/kata.sh [--dir DIR] [--dry-run] COMMAND

	  kernel KERNEL VERSION SERIES  put the patches and the configuration where Kata's
	                                build-kernel.sh takes them from. KERNEL is the directory
	                                of that (tools/packaging/kernel in Kata's sources),
	                                VERSION is 6.1, 6.12, 6.18 or 7.3, SERIES
	                                what "make series K=VERSION" has made (build/VERSION/series)
	  qemu QEMU                     print a program that runs QEMU with the pages, makes them
	                                before, has hostclockd follow it, and removes them after

	DIR is hostclockd's (/run/hostclock). After "kernel":

	    cd KERNEL
	    ./build-kernel.sh -v 6.12.N -f setup && ./build-kernel.sh -v 6.12.N build
	    sudo ./build-kernel.sh -v 6.12.N install

	The program of "qemu" is for configuration-qemu.toml: path and valid_hypervisor_paths.
	QEMU runs as root there (rootless = false), and has memory for devices
	(maxmem, as Kata gives it unless guests are confidential). If hostclockd is not to be
	had, VMs start without the pages.

	    tools/recipes/kata.sh qemu /usr/bin/qemu-system-x86_64 >/usr/local/bin/qemu-hostclock
	    chmod 755 /usr/local/bin/qemu-hostclock

	Images with systemd run a chronyd that steers the clock, which then is not the host's any
	more: add to kernel_params "systemd.mask=chrony.service systemd.mask=chronyd.service".

	With Cloud Hypervisor, the pages can be added once a sandbox runs:

	    cloud-hypervisor.sh add /run/vc/vm/ID/clh-api.sock NAME
	    cloud-hypervisor.sh attach NAME PID

	Kata's runtime gives Firecracker no virtio-pmem devices, and Dragonball is built in.

	With --dry-run the commands are printed instead.
	END
}

# Not what other fragments set already: Kata wants each option once.
fragment() {
	local fragments=$1 line

	echo "# The host's clock, by hostclock"
	options | while read -r line; do
		grep -rqxF --include='*.conf' --exclude=hostclock.conf "$line" \
			"$fragments"/common/*.conf "$fragments"/x86_64/*.conf || echo "$line"
	done
}

kernel() {
	local kernel=$1 version=$2 series=$3 config_version

	[[ -d $kernel/configs/fragments/x86_64 && -f $kernel/kata_config_version ]] ||
		die "$kernel: is not Kata's tools/packaging/kernel"
	patches "$series" "$kernel/patches/$version.x"
	fragment "$kernel/configs/fragments" | put "$kernel/configs/fragments/x86_64/hostclock.conf"
	# It is in the kernel's name, and what caches go by.
	config_version=$(<"$kernel/kata_config_version")
	put "$kernel/kata_config_version" <<<$((config_version + 1))
}

# A VM's name has 48 characters at most. The process that becomes QEMU is followed by one
# that keeps none of its descriptors.
qemu() {
	cat <<-END
	#!/bin/bash
	# SPDX-License-Identifier: GPL-2.0
	# QEMU with a host's clock, made by hostclock's tools/recipes/kata.sh
	qemu=$(printf %q "$1")
	dir=$(printf %q "$dir")
	END
	cat <<-'END'
	name= before=
	for word; do
		[[ $before != -name ]] || name=${word%%,*}
		before=$word
	done
	name=${name#sandbox-}
	name=kata-${name:0:43}
	ctl() { hostclockctl --dir "$dir" "$@"; }

	[[ $name != kata- ]] && ctl create "$name" >/dev/null 2>&1 || exec "$qemu" "$@"
	follow() {
		local fd

		for fd in "/proc/$BASHPID/fd"/*; do
			fd=${fd##*/}
			((fd <= 2 || fd == 255)) || eval "exec $fd>&-"
		done
		until ctl attach "$name" --pid $$ || ! kill -0 $$; do sleep 0.1; done
		tail --pid=$$ -f /dev/null
		ctl remove "$name"
	}
	follow </dev/null >/dev/null 2>&1 &
	disown
	file=memory-backend-file,share=on,readonly=on
	exec "$qemu" "$@" \
		-object "$file,id=hcc,mem-path=$dir/clock,size=16K" -device virtio-pmem-pci,memdev=hcc \
		-object "$file,id=hcg,mem-path=$dir/vm/$name,size=4K" -device virtio-pmem-pci,memdev=hcg
	END
}

take_options "$@"
case $command,${#arguments[@]} in
kernel,3 | qemu,1) ;;
*) wrong_usage ;;
esac
"$command" "${arguments[@]}"
