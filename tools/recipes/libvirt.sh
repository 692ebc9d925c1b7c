#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host's clock for libvirt's VMs. See usage().
. "$(dirname "$0")/lib.sh"

usage() {
	cat <<-'END'
	usage: tools/recipes/libvirt.sh [--dir DIR] [--dry-run] COMMAND

	  xml NAME                      make NAME's page, and print a domain with the pages as
	                                ivshmem devices: merge it into yours (virsh edit)
	  xml NAME MIB CPUS             the same as virtio-pmem devices, for a domain with so
	                                much memory and so many CPUs. Only these let a domain
	                                be saved or migrated
	  start NAME DOMAIN             start a domain that has the pages
	  save NAME DOMAIN FILE RECORD  virsh save; RECORD is a file of its clocks
	  restore NAME DOMAIN FILE RECORD [CAUSE]
	                                virsh restore; CAUSE is restore (default), clone or
	                                migration
	  apparmor                      print rules for the hosts where libvirt confines QEMU by
	                                AppArmor; they belong in
	                                /etc/apparmor.d/local/abstractions/libvirt-qemu

	DIR is hostclockd's (/run/hostclock). The domain is tainted (custom-argv), as libvirt
	does not know what these devices are. Do not use its own elements instead: <shmem> and
	<memory model='virtio-pmem'> have no read-only files, so that a guest could write to the
	clock of all.

	Memory for virtio-pmem devices takes <maxMemory>, and that a NUMA node: a domain that
	has both keeps its own; 64 MiB more than its memory are enough.

	The file libvirt-hook beside this one, as libvirt's hook, takes the place of start, save
	and restore (Debian's hostclock-host has both it and AppArmor's rules in place); but then BOOTTIME does not count for how long a domain was saved.

	QEMU's monitor is libvirt's, so that hostclockd cannot ask it: whoever suspends a domain
	tells it, by hostclockctl stop behind virsh suspend and hostclockctl cont before virsh resume.

	With --dry-run the commands are printed instead, and xml makes no page.
	END
}

# arguments ELEMENT...: QEMU's
arguments() {
	local argument

	echo "  <qemu:commandline>"
	for argument; do
		echo "    <qemu:arg value='$argument'/>"
	done
	echo "  </qemu:commandline>"
}

# pages DEVICE NAME: in slots that libvirt gives to no device of its own; it does not know
# that these are taken.
pages() {
	local file=memory-backend-file,share=on,readonly=on

	arguments -object "$file,id=hcc,mem-path=$dir/clock,size=16K" -device "$1,memdev=hcc,addr=0x18" \
		-object "$file,id=hcg,mem-path=$dir/vm/$2,size=4K" -device "$1,memdev=hcg,addr=0x19"
}

memory() {
	cat <<-END
	  <maxMemory slots='1' unit='MiB'>$(($1 + 64))</maxMemory>
	  <memory unit='MiB'>$1</memory>
	  <vcpu>$2</vcpu>
	  <cpu>
	    <numa>
	      <cell id='0' cpus='0-$(($2 - 1))' memory='$1' unit='MiB'/>
	    </numa>
	  </cpu>
	END
}

xml() {
	[[ $dir != *[\'\&\<,]* ]] || die "--dir $dir: has a character that XML or QEMU takes otherwise"
	[[ $run == print ]] || ctl create "$1" >&2
	echo "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
	if [[ $# -eq 1 ]]; then
		pages ivshmem-plain "$1"
	else
		memory "$2" "$3"
		pages virtio-pmem-pci "$1"
	fi
	echo "</domain>"
}

# pid_of DOMAIN: where libvirt's QEMU driver has it
pid_of() {
	if [[ $run == print ]]; then
		echo PID
	else
		cat "/run/libvirt/qemu/$1.pid"
	fi
}

start() {
	do_it virsh start "$2" --paused
	ctl attach "$1" --pid "$(pid_of "$2")"
	do_it virsh resume "$2"
}

save() {
	local name=$1 domain=$2 file=$3 record=$4

	do_it virsh suspend "$domain"
	record "$name" "$record"
	do_it virsh save "$domain" "$file" --paused
}

# Restoring makes the VM; the page is right before its first instruction.
restore() {
	local name=$1 domain=$2 file=$3 record=$4 cause=${5:-restore}

	do_it virsh restore "$file" --paused
	go_on "$name" "$(pid_of "$domain")" "$record" "$cause"
	do_it virsh resume "$domain"
}

apparmor() {
	echo "$dir/clock r,"
	echo "$dir/vm/* r,"
}

take_options "$@"
case $command,${#arguments[@]} in
xml,1 | xml,3 | start,2 | save,4 | restore,4 | restore,5 | apparmor,0) ;;
*) wrong_usage ;;
esac
"$command" "${arguments[@]}"
