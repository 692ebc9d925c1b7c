#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host's clock for sandboxes built and started as E2B's are. See usage().
. "$(dirname "$0")/lib.sh"

usage() {
	cat <<-'END'
	usage: tools/recipes/e2b.sh [--dir DIR] [--dry-run] COMMAND

	  kernel KERNELS VERSION SERIES
	                                put the patches and the configuration where build.sh takes
	                                them from. KERNELS is the directory of that
	                                (firecracker/fc-kernels in E2B's infra), VERSION one of
	                                its kernels (6.1.N), SERIES what "make series K=6.1" has
	                                made here (build/6.1/series)
	  script SANDBOX NAME           make NAME's page, and print what Firecracker's start
	                                script needs before it starts Firecracker: the pages, at
	                                the same path in each sandbox's mount name space.
	                                SANDBOX is a tmpfs there (SANDBOX_DIR, /fc-vm)

	DIR is hostclockd's (/run/hostclock). After "kernel":

	    cd KERNELS
	    sudo env CONFIG_ONLY=1 ./build.sh VERSION && sudo ./build.sh VERSION

	Sandboxes then boot, are saved and go on by

	    firecracker.sh --inside SANDBOX/hostclock boot | snapshot | restore ...

	or by an orchestrator that does the same: PUT /pmem for both pages before InstanceStart, and
	between /snapshot/load (resume_vm false) and Resumed

	    hostclockctl takeover NAME <RECORD; hostclockctl attach NAME --pid PID --cause clone

	Firecracker 1.14 or later. The guest's command line has no clocksource=, which E2B's
	orchestrator adds for its option KvmClock; and nobody in the guest sets the clock.

	With --dry-run the commands are printed instead.
	END
}

# A configuration with our options instead of its own
configured() {
	local names

	names=$(options | sed 's/=.*//' | paste -sd '|')
	grep -vE "^($names)=|^# ($names) is not set" "$1"
	options
}

kernel() {
	local kernels=$1 version=$2 series=$3
	local config=$kernels/configs/x86_64/$version.config

	[[ -f $config ]] || die "$config: does not exist; take a version that $kernels builds"
	patches "$series" "$kernels/patches/$version"
	configured "$config" | put "$config.new"
	do_it mv "$config.new" "$config"
}

script() {
	local sandbox=$1 name=$2

	[[ $run == print ]] || ctl create "$name" >&2
	printf 'mkdir -p %q &&\n' "$sandbox/hostclock"
	printf 'ln -s %q %q &&\n' "$dir/clock" "$sandbox/hostclock/clock" \
		"$dir/vm/$name" "$sandbox/hostclock/guest"
}

take_options "$@"
case $command,${#arguments[@]} in
kernel,3 | script,2) ;;
*) wrong_usage ;;
esac
"$command" "${arguments[@]}"
