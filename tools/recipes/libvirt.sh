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
	  xml --stock UUID MIB CPUS     the same for the domain that has this UUID (virsh domuuid)
	                                and an unpatched kernel, whose vDSO reads the clock if it
	                                can write to its page. That is called libvirt-UUID, as
	                                AppArmor's profile for its QEMU. It needs libvirt-hook;
	                                start and restore below are not for it
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
	and restore (Debian's hostclock-host has both it and AppArmor's rules in place); but then
	BOOTTIME does not count for how long a domain was saved.

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

# pages DEVICE NAME [GUEST]: in slots that libvirt gives to no device of its own; it does not
# know that these are taken. GUEST is what the guest's page has in place of readonly=on and 4K.
pages() {
	local file=memory-backend-file,share=on guest=${3:-readonly=on,size=4K}

	arguments -object "$file,readonly=on,id=hcc,mem-path=$dir/clock,size=16K" \
		-device "$1,memdev=hcc,addr=0x18" \
		-object "$file,id=hcg,mem-path=$dir/vm/$2,$guest" -device "$1,memdev=hcg,addr=0x19"
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
	[[ $1 != --stock ]] || { xml_stock "${@:2}"; return; }
	[[ $run == print ]] || ctl create "$1" >&2
	begin
	if [[ $# -eq 1 ]]; then
		pages ivshmem-plain "$1"
	else
		memory "$2" "$3"
		pages virtio-pmem-pci "$1"
	fi
	echo "</domain>"
}

begin() {
	echo "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
}

# xml_stock UUID MIB CPUS: the hook makes the page. libvirt's UUIDs have small letters.
xml_stock() {
	local uuid=${1,,} x='[0-9a-f]'

	[[ $uuid =~ ^$x{8}(-$x{4}){3}-$x{12}$ ]] || die "$1: is no UUID; virsh domuuid prints a domain's"
	begin
	echo "  <uuid>$uuid</uuid>"
	memory "$2" "$3"
	pages virtio-pmem-pci "libvirt-$uuid" size=8K
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
	# A domain's own, in the profile that is called as its page
	echo "$dir/vm/@{profile_name} rw,"
}

take_options "$@"
case $command,${#arguments[@]} in
xml,4) [[ ${arguments[0]} == --stock ]] || wrong_usage ;;
xml,1 | xml,3 | start,2 | save,4 | restore,4 | restore,5 | apparmor,0) ;;
*) wrong_usage ;;
esac
"$command" "${arguments[@]}"
