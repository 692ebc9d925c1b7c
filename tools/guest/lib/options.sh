# SPDX-License-Identifier: GPL-2.0
# Sourced by guest-run: its options.

opt_add=() opt_env=() command=()
opt_kernel=patched opt_mode=follow opt_cpus= opt_cpu= opt_memory= opt_accel=auto
opt_append= opt_hostclock=1 opt_clock= opt_page=strict opt_format=unscaled
opt_transport=shared opt_bus=${GUEST_RUN_BUS:-ivshmem} opt_doorbell= opt_hotplug=1 opt_policy=default opt_wait=1 opt_script= opt_host_cmd=
opt_dir= opt_shm= opt_timeout=300 opt_console= opt_keep= opt_verbose=
opt_one_thread= opt_spread= opt_stdin= opt_tty= opt_disk=() opt_disk_root= opt_blk=()

wrong_usage() {
	echo "guest-run: $*" >&2
	echo "guest-run: --help shows what there is" >&2
	exit 2
}

# check_one_of OPTION VALUE ALLOWED...
check_one_of() {
	local option=$1 value=$2 allowed
	shift 2

	for allowed; do
		[[ $value != "$allowed" ]] || return 0
	done
	wrong_usage "$option $value: must be one of: $*"
}

# check_number OPTION VALUE MIN MAX
check_number() {
	[[ $2 =~ ^[0-9]{1,6}$ ]] && ((10#$2 >= $3 && 10#$2 <= $4)) ||
		wrong_usage "$1 $2: must be a whole number from $3 to $4"
}

check_readable() {
	[[ -r $2 ]] || wrong_usage "$1 $2: no such file, or not readable"
}

parse_options() {
	while [[ $# -gt 0 ]]; do
		case $1 in
		--help) usage; exit 0 ;;
		--no-hostclock) opt_hostclock= ;;
		--no-wait) opt_wait= ;;
		--doorbell) opt_doorbell=1 ;;
		--one-thread) opt_one_thread=1 ;;
		--spread) opt_spread=1 ;;
		--no-hotplug) opt_hotplug= ;;
		--stdin) opt_stdin=1 ;;
		--disk-root) opt_disk_root=1 ;;
		--tty) opt_tty=1 ;;
		--keep) opt_keep=1 ;;
		--verbose) opt_verbose=1 ;;
		--) shift; break ;;
		--*=*) parse_valued "${1%%=*}" "${1#*=}" ;;
		--*)
			[[ $# -ge 2 ]] || wrong_usage "$1: unknown, or its value is missing"
			parse_valued "$1" "$2"
			shift ;;
		-*) wrong_usage "$1: unknown option" ;;
		*) break ;;
		esac
		shift
	done
	[[ $# -gt 0 ]] || wrong_usage "no COMMAND"
	command=("$@")
	check_options
}

parse_valued() {
	case $1 in
	--add) opt_add+=("$2") ;;
	--env)
		[[ $2 == ?*=* ]] || wrong_usage "--env $2: must be NAME=VALUE"
		opt_env+=("$2") ;;
	--kernel) opt_kernel=$2 ;;
	--mode) opt_mode=$2 ;;
	--cpus) opt_cpus=$2 ;;
	--cpu) opt_cpu=$2 ;;
	--memory) opt_memory=$2 ;;
	--accel) opt_accel=$2 ;;
	--append) opt_append+=" $2" ;;
	--clock) opt_clock=$2 ;;
	--page) opt_page=$2 ;;
	--format) opt_format=$2 ;;
	--transport) opt_transport=$2 ;;
	--bus) opt_bus=$2 ;;
	--policy) opt_policy=$2 ;;
	--host-script) opt_script=$2 ;;
	--host-cmd) opt_host_cmd=$2 ;;
	--dir) opt_dir=$2 ;;
	--shm) opt_shm=$2 ;;
	--disk) opt_disk+=("$2") ;;
	--blk) opt_blk+=("$2") ;;
	--timeout) opt_timeout=$2 ;;
	--console) opt_console=$2 ;;
	*) wrong_usage "$1: unknown option" ;;
	esac
}

check_options() {
	local add disk default_cpus=2 default_clock=host

	if [[ $opt_format == scaled ]]; then
		default_cpus=1
		default_clock=sim
	fi
	: "${opt_cpus:=$default_cpus}" "${opt_clock:=$default_clock}" "${opt_memory:=256}"

	[[ $opt_kernel == */* ]] && check_readable --kernel "$opt_kernel" ||
		check_one_of --kernel "$opt_kernel" patched stock-6.1 stock-6.1-rt stock-6.12 stock-7.3
	check_one_of --mode "$opt_mode" follow raw ptp
	check_one_of --accel "$opt_accel" auto tcg kvm
	check_one_of --clock "$opt_clock" host sim
	check_one_of --page "$opt_page" strict smeared sls
	check_one_of --format "$opt_format" unscaled scaled
	check_one_of --transport "$opt_transport" shared private
	check_one_of --bus "$opt_bus" ivshmem pmem
	check_one_of --policy "$opt_policy" default suspend steal
	check_number --cpus "$opt_cpus" 1 8
	check_number --memory "$opt_memory" 64 16384
	check_number --timeout "$opt_timeout" 1 86400
	for add in "${opt_add[@]}"; do
		check_readable --add "$(added_file "$add")"
	done
	for disk in "${opt_disk[@]}"; do
		check_readable --disk "$disk"
	done
	for disk in "${opt_blk[@]}"; do
		check_readable --blk "$disk"
	done
	[[ ! $opt_script ]] || check_readable --host-script "$opt_script"
	[[ ! $opt_shm ]] || check_shm
	check_combinations
}

check_combinations() {
	[[ $opt_format != scaled || $opt_cpus -eq 1 ]] ||
		wrong_usage "--cpus $opt_cpus: --format scaled has one CPU (instruction counting)"
	[[ $opt_format != scaled || $opt_clock == sim ]] ||
		wrong_usage "--clock host: --format scaled has the simulated clock only"
	[[ $opt_format != scaled || $opt_accel != kvm ]] ||
		wrong_usage "--accel kvm: --format scaled needs tcg (instruction counting)"
	[[ ! $opt_script || $opt_hostclock ]] ||
		wrong_usage "--host-script: there is no exporter with --no-hostclock"
	[[ ! $opt_tty || ! $opt_stdin ]] || wrong_usage "--stdin: not with --tty"
	[[ ! $opt_tty || -t 0 ]] || wrong_usage "--tty: standard input is no terminal"
}

check_shm() {
	local size

	check_readable --shm "$opt_shm"
	size=$(stat -L -c %s "$opt_shm")
	((size >= 4096 && (size & (size - 1)) == 0)) ||
		wrong_usage "--shm $opt_shm: its size, $size, must be a power of two from 4096"
}

# FILE of FILE[:PATH]; a file whose name contains a colon needs the PATH.
added_file() {
	[[ $1 == *:/* ]] && echo "${1%:/*}" || echo "$1"
}

# PATH of FILE[:PATH], without the leading slash.
added_path() {
	[[ $1 == *:/* ]] && echo "${1##*:/}" || basename "$1"
}
