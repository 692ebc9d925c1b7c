#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host's clock for Firecracker's VMs. See usage().
. "$(dirname "$0")/lib.sh"

usage() {
	cat <<-'END'
	usage: tools/recipes/firecracker.sh [--dir DIR] [--inside PATH] [--dry-run] COMMAND

	  jail ROOT NAME UID            make NAME's page, and show it and the clock's in
	                                ROOT/hostclock, read-only and for UID to read, before
	                                the jailer starts in ROOT (/srv/jailer/firecracker/ID/root),
	                                which is made if need be
	  unjail ROOT NAME              the reverse, when the VM is gone
	  boot SOCKET NAME PID          have a VM that is set up boot, with the pages
	  snapshot SOCKET NAME FILE MEMORY RECORD
	                                pause a VM, and save it to these files; RECORD is one
	                                here, of its clocks, and the others are in the jail
	  resume SOCKET NAME            have a VM go on after that
	  restore SOCKET NAME PID FILE MEMORY RECORD [CAUSE]
	                                go on from these files; CAUSE is restore (default),
	                                clone or migration

	DIR is hostclockd's (/run/hostclock), SOCKET is Firecracker's API, PID Firecracker's
	process as seen here (with the jailer's --new-pid-ns, what ROOT/firecracker.pid says),
	PATH where it sees the pages, if not in /hostclock. Give root disks of type pmem
	first. Firecracker 1.14 or later; the guest's kernel has hostclock and virtio-mmio or
	virtio-pci built in.

	Clones of one snapshot: a jail and a name for each; in each jail, the page's path is
	the same, as the snapshot names it.

	    for i in 1 2 3; do
	            firecracker.sh jail "$base/$i/root" "vm$i" 1000
	            ln snapshot memory "$base/$i/root/"
	            jailer --id "$i" --uid 1000 ... &
	            firecracker.sh restore "$base/$i/root/run/firecracker.socket" "vm$i" $! \
	                    /snapshot /memory "$record" clone
	    done

	With --dry-run the commands are printed instead.
	END
}

inside=/hostclock	# in the jail

own_option() {
	[[ $1 == --inside ]] && inside=${2:?}
}

jail() {
	do_it mkdir -p "$1"
	ctl create "$2" --jail "$1$inside" --uid "$3"
}

unjail() {
	ctl remove "$2" --jail "$1$inside"
	do_it rmdir "$1$inside"
}

# The offset is known once there are vCPUs; so the guest runs without for an instant,
# and the driver waits that long.
boot() {
	local name=$1 pid=$2

	api PUT /pmem/hcc "{\"id\": \"hcc\", \"path_on_host\": \"$inside/clock\", \"read_only\": true}"
	api PUT /pmem/hcg "{\"id\": \"hcg\", \"path_on_host\": \"$inside/guest\", \"read_only\": true}"
	api PUT /actions '{"action_type": "InstanceStart"}'
	ctl attach "$name" --pid "$pid"
}

snapshot() {
	local name=$1 file=$2 memory=$3 record=$4

	api PATCH /vm '{"state": "Paused"}'
	record "$name" "$record"
	api PUT /snapshot/create \
		"{\"snapshot_type\": \"Full\", \"snapshot_path\": \"$file\", \"mem_file_path\": \"$memory\"}"
}

resume() {
	ctl cont "$1"
	api PATCH /vm '{"state": "Resumed"}'
}

# Loading makes the VM; the page is right before its first instruction.
restore() {
	local name=$1 pid=$2 file=$3 memory=$4 record=$5 cause=${6:-restore}

	api PUT /snapshot/load "{\"snapshot_path\": \"$file\", \"resume_vm\": false,
		\"mem_backend\": {\"backend_type\": \"File\", \"backend_path\": \"$memory\"}}"
	go_on "$name" "$pid" "$record" "$cause"
	api PATCH /vm '{"state": "Resumed"}'
}

take_options "$@"
case $command,${#arguments[@]} in
jail,3 | unjail,2) ;;
boot,3 | snapshot,5 | resume,2 | restore,6 | restore,7) take_socket ;;
*) wrong_usage ;;
esac
"$command" "${arguments[@]}"
