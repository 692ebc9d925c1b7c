#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host's clock for Firecracker's VMs. See usage().
set -euo pipefail

usage() {
	cat <<-'END'
	usage: tools/recipes/firecracker.sh [--dir DIR] [--dry-run] COMMAND

	  jail ROOT NAME USER           make NAME's page, and show it and the clock's in
	                                ROOT/hostclock, read-only and for USER to read, before
	                                the jailer starts in ROOT (/srv/jailer/firecracker/ID/root)
	  unjail ROOT NAME              the reverse, when the VM is gone
	  boot SOCKET NAME PID          have a VM that is set up boot, with the pages
	  snapshot SOCKET NAME FILE MEMORY RECORD
	                                pause a VM, and save it to these files; RECORD is one
	                                here, of its clocks, and the others are in the jail
	  restore SOCKET NAME PID FILE MEMORY RECORD [CAUSE]
	                                go on from these files; CAUSE is restore (default),
	                                clone or migration

	DIR is hostclockd's (/run/hostclock), SOCKET is Firecracker's API, PID Firecracker's
	process as seen here. Give root disks of type pmem first. Firecracker 1.14 or later;
	the guest's kernel has hostclock and virtio-mmio or virtio-pci built in.

	Clones of one snapshot: a jail and a name for each; in each jail, the page's path is
	the same, as the snapshot names it.

	    for i in 1 2 3; do
	            firecracker.sh jail "$base/$i/root" "vm$i" 1000
	            jailer --id "$i" --uid 1000 ... &
	            firecracker.sh restore "$base/$i/root/run/firecracker.socket" "vm$i" "$pid" \
	                    snapshot memory "$record" clone
	    done

	With --dry-run the commands are printed instead.
	END
}

dir=/run/hostclock
run=
inside=/hostclock	# in the jail

# do_it COMMAND...
do_it() {
	if [[ $run == print ]]; then
		printf '%q ' "$@"
		echo
	else
		"$@"
	fi
}

# api METHOD PATH JSON
api() {
	do_it curl --silent --show-error --fail-with-body --unix-socket "$socket" -X "$1" \
		-H 'Content-Type: application/json' -d "$3" "http://localhost$2"
}

ctl() {
	do_it hostclockctl --dir "$dir" "$@"
}

# show FILE ROOT NAME: in the jail, as NAME
show() {
	do_it touch "$2$inside/$3"
	do_it mount --bind "$1" "$2$inside/$3"
	do_it mount -o remount,bind,ro,nosuid,nodev,noexec "$2$inside/$3"
}

jail() {
	local root=$1 name=$2 user=$3

	ctl create "$name"
	do_it install -d -o "$user" -m 500 "$root$inside"
	show "$dir/clock" "$root" clock
	show "$dir/vm/$name" "$root" guest
}

unjail() {
	local root=$1 name=$2

	do_it umount "$root$inside/clock" "$root$inside/guest"
	ctl remove "$name"
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
	ctl stop "$name"
	if [[ $run == print ]]; then
		ctl handover "$name"
	else
		ctl handover "$name" >"$record"
	fi
	api PUT /snapshot/create \
		"{\"snapshot_type\": \"Full\", \"snapshot_path\": \"$file\", \"mem_file_path\": \"$memory\"}"
}

# Loading makes the VM; the page is right before its first instruction.
restore() {
	local name=$1 pid=$2 file=$3 memory=$4 record=$5 cause=${6:-restore}

	api PUT /snapshot/load "{\"snapshot_path\": \"$file\", \"resume_vm\": false,
		\"mem_backend\": {\"backend_type\": \"File\", \"backend_path\": \"$memory\"}}"
	if [[ $run == print ]]; then
		ctl takeover "$name"
	else
		ctl takeover "$name" <"$record"
	fi
	ctl attach "$name" --pid "$pid" --cause "$cause"
	api PATCH /vm '{"state": "Resumed"}'
}

wrong_usage() {
	usage >&2
	exit 2
}

while [[ ${1:-} == --* ]]; do
	case $1 in
	--help) usage; exit 0 ;;
	--dir) dir=${2:?}; shift ;;
	--dry-run) run=print ;;
	*) wrong_usage ;;
	esac
	shift
done
command=${1:-}
shift || true
case $command,$# in
jail,3 | unjail,2) ;;
boot,3 | snapshot,5 | restore,6 | restore,7) socket=$1; shift ;;
*) wrong_usage ;;
esac
"$command" "$@"
