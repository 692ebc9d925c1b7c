#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host's clock for Cloud Hypervisor's VMs. See usage().
. "$(dirname "$0")/lib.sh"

usage() {
	cat <<-'END'
	usage: tools/recipes/cloud-hypervisor.sh [--dir DIR] [--dry-run] COMMAND

	  create NAME                   make NAME's page, and print the arguments that give the
	                                pages to a VM that is started by a command line
	  add SOCKET NAME               make NAME's page, and add the pages to a VM that is
	                                made by the API, before it is booted, or while it runs
	  boot SOCKET NAME PID          boot a VM that has them
	  attach NAME PID               follow one that runs already
	  snapshot SOCKET NAME SNAPSHOT RECORD
	                                pause a VM, and save it to the directory SNAPSHOT, which
	                                is made; RECORD is a file of its clocks
	  clone SNAPSHOT NAME COPY NEW  make NEW's page, and the directory COPY, which is NAME's
	                                snapshot with that page; its memory is a link
	  restore SOCKET NAME PID SNAPSHOT RECORD [CAUSE]
	                                have a Cloud Hypervisor without a VM go on from there;
	                                CAUSE is restore (default), clone or migration

	DIR is hostclockd's (/run/hostclock), SOCKET the API's (--api-socket), PID Cloud
	Hypervisor's process as seen here. Never add the pages without discard_writes:
	every guest could write to the clock of all. A guest that writes to its copy all the
	same has a clock that stands still, and no other has. The guest's kernel has hostclock,
	and virtio-pci.

	Whoever restores by the command line (--restore) leaves resume= out, or the guest runs
	before its page is right; so does vm.receive-migration: attach with --cause migration
	at once, and until then the guest has the source's offset.

	In a container: hostclockctl create NAME --jail PATH, and the files in PATH.

	    for i in 1 2 3; do
	            cloud-hypervisor.sh clone /snapshot vm1 "/clones/$i" "clone$i"
	            cloud-hypervisor --api-socket "/run/clone$i" & pid=$!
	            cloud-hypervisor.sh restore "/run/clone$i" "clone$i" "$pid" "/clones/$i" \
	                    "$record" clone
	    done

	With --dry-run the commands are printed instead.
	END
}

api_v1() {
	api PUT "/api/v1/vm.$1" "${@:2}"
}

create() {
	ctl create "$1" >&2
	echo "--pmem file=$dir/clock,discard_writes=on file=$dir/vm/$1,discard_writes=on"
}

add() {
	local name=$1

	ctl create "$name"
	api_v1 add-pmem "{\"id\": \"hcc\", \"file\": \"$dir/clock\", \"discard_writes\": true}"
	api_v1 add-pmem "{\"id\": \"hcg\", \"file\": \"$dir/vm/$name\", \"discard_writes\": true}"
}

attach() {
	ctl attach "$1" --pid "$2"
}

boot() {
	api_v1 boot
	attach "$1" "$2"
}

snapshot() {
	local name=$1 snapshot=$2 record=$3

	do_it mkdir -p "$snapshot"
	api_v1 pause
	record "$name" "$record"
	api_v1 snapshot "{\"destination_url\": \"file://$(realpath -m "$snapshot")\"}"
}

# The snapshot's config.json says where the page is; that one file is the clone's own.
clone() {
	local snapshot name=$2 copy=$3 new=$4 file

	snapshot=$(realpath -m "$1")
	ctl create "$new"
	do_it mkdir "$copy"
	for file in memory-ranges state.json; do
		do_it ln -s "$snapshot/$file" "$copy/$file"
	done
	if [[ $run != print ]] && ! grep -qF "\"$dir/vm/$name\"" "$snapshot/config.json"; then
		die "$snapshot/config.json: has no page $dir/vm/$name; name the VM and --dir that were saved"
	fi
	sed "s|\"$dir/vm/$name\"|\"$dir/vm/$new\"|" "$snapshot/config.json" | put "$copy/config.json"
}

# Restoring makes the VM; the page is right before its first instruction.
restore() {
	local name=$1 pid=$2 snapshot=$3 record=$4 cause=${5:-restore}

	api_v1 restore "{\"source_url\": \"file://$(realpath -m "$snapshot")\"}"
	go_on "$name" "$pid" "$record" "$cause"
	api_v1 resume
}

take_options "$@"
case $command,${#arguments[@]} in
create,1 | clone,4 | attach,2) ;;
add,2 | boot,3 | snapshot,4 | restore,5 | restore,6) take_socket ;;
*) wrong_usage ;;
esac
"$command" "${arguments[@]}"
